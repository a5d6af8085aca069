#pragma once

namespace hassle::harness::cli {

/// How the program ends. The numbers are part of its interface.
enum class exit_status : int {
  passed = 0,
  failed = 1,        ///< An expectation or an oracle.
  bad_input = 2,     ///< Wrong usage, or a file that is not what it should be. Nothing was run.
  inconclusive = 3,  ///< Neither passed nor failed can be said.
  our_bug = 4,
  interrupted = 130,
};

}  // namespace hassle::harness::cli
