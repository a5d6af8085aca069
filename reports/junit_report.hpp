#pragma once

#include "reports/report.hpp"

#include <string>

namespace hassle::reports {

/// For CI servers: the XML that Jenkins, GitLab and the usual actions of GitHub know as JUnit's, a
/// test case for each of the report's checks (see schema/junit.xsd).
///
/// What failed has a `failure`. What is inconclusive has an `error`, "could not be carried out":
/// the program's exit status is no success either, and a skipped test would pass as one. What an
/// interrupt kept from beginning is `skipped`. `time` is simulated time: it is measured, and the
/// same on every machine.
[[nodiscard]] std::string junit_report(const report& r);

}  // namespace hassle::reports
