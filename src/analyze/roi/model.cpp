#include "analyze/roi/model.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace boundscope {
namespace {

constexpr double kWeeksPerYear = 52;
constexpr double kWeeksPerMonth = kWeeksPerYear / 12;
constexpr double kMinGain = 0.1;  // whatever is predicted, a bill does not grow more than tenfold
constexpr double kGivenUpAfter = 0.5;  // part of the project that is paid when it is given up

double monthly_wage(const ReturnDraw& draw) { return draw[CostInput::salary] / 12; }
double weekly_wage(const ReturnDraw& draw) { return draw[CostInput::salary] / kWeeksPerYear; }

// What is left of 1 after a gain: 1 - 1/gain is saved.
double saved_share(const std::optional<Estimate>& gain, double z) {
  return gain ? 1 - 1 / std::max(kMinGain, gain_at(*gain, z)) : 0;
}

// Worth of a shorter wait. `value` is what half of the client's wait is worth; what clients do not
// notice is worth nothing.
double worth_of_wait(double value, double saved_ms, double client_ms, double noticed) {
  if (!(client_ms > 0)) return 0;
  const double part = saved_ms / client_ms;
  return std::abs(part) < noticed ? 0 : value * part / 0.5;
}

double worth_of(CostInput value, const std::optional<double>& now_ms, double saved,
                const ReturnDraw& draw) {
  if (!now_ms) return 0;
  const double client_ms = std::max(*now_ms, draw[CostInput::client_latency]);
  return worth_of_wait(draw[value], *now_ms * saved, client_ms, draw[CostInput::noticed]);
}

// A year's risk that all who can maintain it have left, each on his own with the chance `turnover`,
// and what it costs until others can.
double knowledge_risk(const ReturnDraw& draw, CostInput maintainers) {
  return std::pow(draw[CostInput::turnover], draw[maintainers]) * draw[CostInput::handover_months] *
         draw[CostInput::developers] * monthly_wage(draw);
}

double& part(Outcome& outcome, OncePart which) {
  return outcome.once[static_cast<std::size_t>(which)];
}
double& part(Outcome& outcome, MonthlyPart which) {
  return outcome.monthly[static_cast<std::size_t>(which)];
}

// Wages of a freeze that are not those of the team, which the project pays for already.
double freeze(const ReturnDraw& draw) {
  const double team =
      std::min(draw[CostInput::team], draw[CostInput::developers]) * monthly_wage(draw);
  return draw[CostInput::freeze_months] * std::max(0.0, draw[CostInput::feature_value] - team);
}

void rewrite_costs(Outcome& outcome, const ReturnDraw& draw) {
  const double wage = monthly_wage(draw);
  part(outcome, OncePart::project) = draw[CostInput::team] * draw[CostInput::months] * wage;
  part(outcome, OncePart::hiring) = draw[CostInput::hires] * draw[CostInput::hiring_months] * wage;
  part(outcome, OncePart::parallel) =
      draw[CostInput::parallel_months] * draw[CostInput::parallel_cost];
  part(outcome, OncePart::freeze) = freeze(draw);
  part(outcome, OncePart::clients) =
      draw[CostInput::clients] * draw[CostInput::client_weeks] * weekly_wage(draw);
  part(outcome, OncePart::velocity) = draw[CostInput::velocity_loss] *
                                      draw[CostInput::velocity_months] *
                                      draw[CostInput::feature_value];
  part(outcome, MonthlyPart::premium) =
      -draw[CostInput::developers] * wage * draw[CostInput::salary_premium];
  if (draw[CostInput::maintainers_now] > 0 || draw[CostInput::maintainers_after] > 0) {
    part(outcome, MonthlyPart::knowledge) = (knowledge_risk(draw, CostInput::maintainers_now) -
                                             knowledge_risk(draw, CostInput::maintainers_after)) /
                                            12;
  }
  const double hiring = draw[CostInput::hires] > 0 ? draw[CostInput::hiring_months] : 0;
  outcome.live_months = hiring + draw[CostInput::months] + draw[CostInput::parallel_months];
}

void alternative_costs(Outcome& outcome, const Proposal& proposal, const ReturnDraw& draw) {
  const double weeks = value_at(proposal.effort_weeks, draw.effort);
  part(outcome, OncePart::project) = weeks * weekly_wage(draw);
  part(outcome, MonthlyPart::running) =
      -draw[CostInput::cloud_bill] * value_at(proposal.running_bill, draw.effort);
  outcome.live_months = weeks / kWeeksPerMonth;  // one person does it
}

void benefits(Outcome& outcome, const Proposal& proposal, const ServiceToday& today,
              const ReturnDraw& draw) {
  const double speed = proposal.rewrite ? draw.speed : draw.alternative;
  const double memory = proposal.rewrite ? draw.memory : draw.alternative;
  part(outcome, MonthlyPart::bill) =
      draw[CostInput::cloud_bill] * draw[CostInput::realised] *
      (draw[CostInput::bill_cpu] * saved_share(proposal.capacity, speed) +
       draw[CostInput::bill_memory] * saved_share(proposal.memory, memory));
  part(outcome, MonthlyPart::latency) = worth_of(CostInput::latency_value, today.latency_ms,
                                                 saved_share(proposal.latency, speed), draw);
  part(outcome, MonthlyPart::tail) =
      worth_of(CostInput::tail_value, today.tail_ms, saved_share(proposal.tail, speed), draw);
}

// Half of the project is paid, its people are there, and nothing else happens.
void give_up(Outcome& outcome) {
  const double project = part(outcome, OncePart::project) * kGivenUpAfter;
  const double hiring = part(outcome, OncePart::hiring);
  outcome.once = {};
  outcome.monthly = {};
  part(outcome, OncePart::project) = project;
  part(outcome, OncePart::hiring) = hiring;
}

}  // namespace

double Outcome::paid() const { return std::accumulate(once.begin(), once.end(), 0.0); }

double Outcome::comes_in() const { return std::accumulate(monthly.begin(), monthly.end(), 0.0); }

double Outcome::net() const { return comes_in() * std::max(0.0, months - live_months) - paid(); }

double Outcome::break_even() const {
  if (!(comes_in() > 0)) return std::numeric_limits<double>::infinity();
  return live_months + paid() / comes_in();
}

double Outcome::needed_monthly() const {
  if (!(months > live_months)) return std::numeric_limits<double>::infinity();
  return paid() / (months - live_months);
}

Outcome outcome_of(const Proposal& proposal, const ServiceToday& today, const ReturnDraw& draw) {
  Outcome outcome;
  outcome.months = draw[CostInput::years] * 12;
  if (proposal.rewrite)
    rewrite_costs(outcome, draw);
  else
    alternative_costs(outcome, proposal, draw);
  benefits(outcome, proposal, today, draw);
  if (proposal.rewrite && draw.given_up) give_up(outcome);
  return outcome;
}

}  // namespace boundscope
