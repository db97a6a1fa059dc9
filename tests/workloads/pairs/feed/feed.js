'use strict';
// Takes a batch of orders as JSON, answers with the articles that sell best, as JSON.

const {options, serve} = require('../serve/node/serve.js');

const BEST = 50;

function bestSelling(orders) {
  const articles = new Map();
  for (const order of orders) {
    for (const {article, price, count} of order.items) {
      const sold = articles.get(article) ?? {article, count: 0, total: 0, customers: []};
      sold.count += count;
      sold.total += price * count;
      sold.customers.push(order.customer);
      articles.set(article, sold);
    }
  }
  return [...articles.values()].sort((a, b) => b.total - a.total).slice(0, BEST);
}

serve(options(), (body) => {
  const batch = JSON.parse(body);
  return JSON.stringify({batch: batch.batch, best: bestSelling(batch.orders)});
});
