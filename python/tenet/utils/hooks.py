"""What takes a hook away again."""
from tenet.nn.hooks import RemovableHandle as RemovableHandle
