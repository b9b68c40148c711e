// How many threads Tenet computes with.
#pragma once

namespace tenet {

/// Sets the number of threads an op may use, the calling one included. Results do not depend on it.
/// Takes effect with the next op; no other thread may be inside an op meanwhile.
/// Throws ValueError unless 1 <= n <= 1024.
void set_num_threads(int n);

/// The number in force. Until it is set: the environment variable TENET_NUM_THREADS if that is a
/// number from 1 to 1024, else one for every core this process may run on. Safe from any thread.
int num_threads();

}  // namespace tenet
