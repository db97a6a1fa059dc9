#include "cli/cost_file.h"

namespace boundscope {

std::string cost_template() {
  return R"(# What a rewrite costs, for 'boundscope roi --costs THIS_FILE RECORDING...'
#
# A value is a number (6), a range (4..8: anything between) or a range with the
# most likely value (4..6..12). Money may end in k or M, shares may be written
# with %. Give ranges: they are where the range of the answer comes from.
# Remove the # of what you know; what is left out costs nothing, or is said.

#currency = EUR

# The project: these three are needed.
team   = 3            # engineers who rewrite it
months = 6..9         # until the new service carries the load
salary = 110k..130k   # of one engineer, a year, with everything on top

#language = rust      # go java rust c++; left out: whichever pays best
#years = 3            # how long from today the service will be used
#abandoned = 10 %     # chance that the rewrite is given up half-way

# People
#developers = 4       # engineers who work on the service afterwards (default: team)
#hires = 1            # of the team, have to be hired for the language ...
#hiring_months = 3..6 # ... and are there and productive after
#salary_premium = 10 %   # higher salaries for the language, of the developers
#maintainers_now = 6     # people who can maintain it today
#maintainers_after = 2   # ... and after the rewrite
#turnover = 10..20 %     # of them leave in a year
#handover_months = 3..9  # until others can, if all of them have left

# Along the way
#parallel_months = 2..3  # both systems run
#parallel_cost = 5k      # a month of that (default: the cloud bill once more)
#freeze_months = 4       # no features
#velocity_loss = 20..40 %   # features come slower afterwards ...
#velocity_months = 6..12    # ... for so long
#feature_value = 40k     # what a month of features is worth (default: the
                         # wages of the developers)
#clients = 4             # teams that have to follow a changed API ...
#client_weeks = 1..3     # ... each with so much work

# What it brings in
#cloud_bill = 8k..10k    # a month, of this service alone
#bill_cpu = 45..65 %     # of it follows CPU use
#bill_memory = 15..30 %  # of it follows memory
#realised = 50..90 %     # of a predicted saving reaches the bill
#client_latency = 300    # what a client waits for in all, in ms
#noticed = 10 %          # a smaller change of that nobody notices
#latency_value = 5k      # a month, if clients waited half as long
#tail_value = 2k         # a month, if the slowest 1 % waited half as long

#memory_safety = required   # then a rewrite is due whatever it costs

# Person-weeks of the alternatives, where you know better than the table
#weeks.cache_upstream = 2..4

# What differs for one service goes below its name: that of the recording
# without its ending, or of its folder.
#[payments]
#cloud_bill = 3k
)";
}

}  // namespace boundscope
