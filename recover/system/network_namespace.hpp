// A network of this process and its children alone, with nothing in it but the loopback device: daemons that
// are started here cannot meet those of the running machine, whose ports they share, nor anybody outside.
#pragma once

namespace recover::system {

// There is no way back for this process. Done again it is another one. Throws Failed.
void enter_private_network();

}  // namespace recover::system
