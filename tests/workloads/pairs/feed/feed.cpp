// The same articles as feed.js.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <unordered_map>
#include <vector>

#include "serve.h"

using namespace boundscope::workload;
using nlohmann::json;

namespace {

constexpr std::size_t kBest = 50;

struct Sold {
  std::string article;
  long count = 0;
  double total = 0;
  std::vector<std::string> customers;
};

std::vector<Sold> best_selling(const json& orders) {
  std::unordered_map<std::string, Sold> articles;
  for (const json& order : orders)
    for (const json& item : order.at("items")) {
      const auto& article = item.at("article").get_ref<const std::string&>();
      Sold& sold = articles[article];
      const long count = item.at("count").get<long>();
      sold.article = article;
      sold.count += count;
      sold.total += item.at("price").get<double>() * static_cast<double>(count);
      sold.customers.push_back(order.at("customer").get<std::string>());
    }
  std::vector<Sold> best;
  best.reserve(articles.size());
  for (auto& [name, sold] : articles) best.push_back(std::move(sold));
  std::sort(best.begin(), best.end(),
            [](const Sold& a, const Sold& b) { return a.total > b.total; });
  if (best.size() > kBest) best.resize(kBest);
  return best;
}

void to_json(json& value, const Sold& sold) {
  value = {{"article", sold.article},
           {"count", sold.count},
           {"total", sold.total},
           {"customers", sold.customers}};
}

}  // namespace

int main(int argc, char** argv) {
  serve(Arguments(argc, argv), [](std::string_view body) {
    const json batch = json::parse(body);
    return json{{"batch", batch.at("batch")}, {"best", best_selling(batch.at("orders"))}}.dump();
  });
}
