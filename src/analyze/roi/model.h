// What one option costs and brings in under one draw: arithmetic, and nothing else (docs/roi.md).
#pragma once

#include <array>
#include <optional>

#include "analyze/roi/draws.h"
#include "boundscope/roi.h"

namespace boundscope {

// Of the service as it is; empty: not measured.
struct ServiceToday {
  std::optional<double> latency_ms;
  std::optional<double> tail_ms;
};

// An option before it is drawn. An empty gain is not known and counts as none.
struct Proposal {
  bool rewrite = false;
  std::optional<Estimate> latency, tail, capacity, memory;
  CostRange effort_weeks;  // alternatives only
  CostRange running_bill;  // alternatives only: share of the cloud bill that comes on top
};

enum class OncePart : std::uint8_t { project, hiring, parallel, freeze, clients, velocity };
enum class MonthlyPart : std::uint8_t { bill, latency, tail, premium, knowledge, running };
inline constexpr std::size_t kOnceParts = kOncePartCodes.size();
inline constexpr std::size_t kMonthlyParts = kMonthlyPartCodes.size();

struct Outcome {
  std::array<double, kOnceParts> once{};
  std::array<double, kMonthlyParts> monthly{};
  double live_months = 0;  // from today until it brings something in
  double months = 0;       // from today until its use ends

  double paid() const;
  double comes_in() const;
  double net() const;
  double break_even() const;      // months from today; infinite: never
  double needed_monthly() const;  // infinite: it is not live in time
};

Outcome outcome_of(const Proposal& proposal, const ServiceToday& today, const ReturnDraw& draw);

}  // namespace boundscope
