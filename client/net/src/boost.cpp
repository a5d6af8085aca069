// Asio's and Beast's own definitions, compiled once for everybody (both ..._SEPARATE_COMPILATION
// macros are set for all who link this library).
#include <boost/asio/impl/src.hpp>
#include <boost/asio/ssl/impl/src.hpp>
#include <boost/beast/src.hpp>
