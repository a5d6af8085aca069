#pragma once

#include "reports/analysis.hpp"

#include <cstddef>
#include <functional>
#include <span>

namespace hassle::reports {

/// With fewer values there is too little to draw from.
inline constexpr std::size_t bootstrap_values_min = 5;
inline constexpr std::size_t bootstrap_resamples = 2000;

using statistic = std::function<double(std::span<const double>)>;

/// The statistic of the values with its bootstrap interval, bias-corrected and accelerated (BCa;
/// Efron and Tibshirani, An Introduction to the Bootstrap, 14.3): it may be lopsided where the
/// values are, which Student's cannot. Always the same for the same values: what is drawn depends
/// on nothing else. REQUIRES: at least two values, confidence in (0, 1).
[[nodiscard]] interval bca_interval(std::span<const double> values, const statistic& of,
                                    double confidence);
/// Of the mean.
[[nodiscard]] interval bca_mean_interval(std::span<const double> values, double confidence);

}  // namespace hassle::reports
