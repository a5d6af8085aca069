#pragma once

#include <boost/math/policies/policy.hpp>

namespace hassle::reports {

/// For every use of Boost.Math: without promotion to long double, whose size depends on the
/// platform. Reports of two machines are compared byte for byte.
using quiet_math = boost::math::policies::policy<boost::math::policies::promote_double<false>>;

}  // namespace hassle::reports
