#pragma once

#include <cstddef>

namespace hassle::mockha {

/// Raises the limit of open files as far as it is allowed and wanted. What it is then.
std::size_t allow_open_files(std::size_t wanted);

}  // namespace hassle::mockha
