#pragma once

#include <span>
#include <string>
#include <string_view>

namespace tenet {

/// Makes `parts`, joined, the content of the file: all of it or nothing. They are written to `path`.tmp beside
/// it, which is flushed to disk and renamed, and the folder flushed too; a crash at any moment leaves the old
/// content or the new. A symbolic link at `path` is replaced, not followed.
/// Throws Error naming the step that failed; the file is then as it was, and the temporary one gone. Only when
/// the last step fails, flushing the folder, is the new content there, which a loss of power might take back.
void write_atomically(const std::string& path, std::span<const std::string_view> parts);

}  // namespace tenet
