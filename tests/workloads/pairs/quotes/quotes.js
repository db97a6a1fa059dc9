'use strict';
// Quotes a loan: what each lender asks over each term, and the rate that this comes to.

const {options, serve} = require('../serve/node/serve.js');

const TERMS = [12, 24, 36, 48, 60, 72, 84, 120];
const BEST = 10;
const LENDERS = Array.from({length: 16}, (_, i) => ({
  name: `lender-${i}`,
  rate: 0.029 + 0.0023 * ((i * 7) % 16),
  fee: 0.004 * (i % 5),
  premium: 0.0001 + 0.00003 * (i % 7),
}));

const cents = (amount) => Math.round(amount * 100) / 100;
const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);

function schedule(amount, months, {rate, premium}) {
  const monthly = rate / 12;
  const instalment = cents((amount * monthly) / (1 - (1 + monthly) ** -months));
  const rows = [];
  let balance = amount;
  for (let month = 1; month <= months; month++) {
    const interest = cents(balance * monthly);
    const insurance = cents(balance * premium);
    const principal = month < months ? cents(instalment - interest) : balance;
    balance = cents(balance - principal);
    rows.push({interest, insurance, principal});
  }
  return rows;
}

// The yearly rate at which the payments are worth what was paid out, by Newton's method.
function effectiveRate(paidOut, payments) {
  let rate = 0.005;
  for (let step = 0; step < 20; step++) {
    let value = -paidOut;
    let slope = 0;
    let discount = 1;
    payments.forEach((payment, i) => {
      discount /= 1 + rate;
      value += payment * discount;
      slope -= ((i + 1) * payment * discount) / (1 + rate);
    });
    const change = value / slope;
    rate -= change;
    if (Math.abs(change) < 1e-10) break;
  }
  return (1 + rate) ** 12 - 1;
}

function quote(amount, months, lender) {
  const rows = schedule(amount, months, lender);
  const payments = rows.map((row) => row.interest + row.insurance + row.principal);
  return {
    lender: lender.name,
    months,
    first: payments[0],
    cost: sum(payments) - amount * (1 - lender.fee),
    insurance: sum(rows.map((row) => row.insurance)),
    rate: effectiveRate(amount * (1 - lender.fee), payments),
  };
}

function bestQuotes(amount) {
  return TERMS.flatMap((months) => LENDERS.map((lender) => quote(amount, months, lender)))
    .sort((a, b) => a.rate - b.rate)
    .slice(0, BEST);
}

function describe({lender, months, first, cost, insurance, rate}) {
  const amounts = [first, cost, insurance].map((amount) => amount.toFixed(2));
  return `${lender} ${months} ${amounts.join(' ')} ${(100 * rate).toFixed(3)} %\n`;
}

let turn = 0;
serve(options(), () => {
  turn++;
  return bestQuotes(5000 + 250 * (turn % 100)).map(describe).join('');
});
