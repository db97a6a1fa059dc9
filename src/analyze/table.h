// Table: a matrix of doubles, one row per window, draw or batch, without a linear algebra library
// in its interface.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace boundscope {

class Table {
 public:
  Table() = default;
  Table(std::size_t rows, std::size_t columns)
      : rows_(rows), columns_(columns), cells_(rows * columns, 0.0) {}

  std::size_t rows() const { return rows_; }
  std::size_t columns() const { return columns_; }
  double& at(std::size_t row, std::size_t column) { return cells_[row * columns_ + column]; }
  double at(std::size_t row, std::size_t column) const { return cells_[row * columns_ + column]; }
  std::span<const double> row(std::size_t row) const {
    return {cells_.data() + row * columns_, columns_};
  }
  double* data() { return cells_.data(); }
  const double* data() const { return cells_.data(); }

 private:
  std::size_t rows_ = 0;
  std::size_t columns_ = 0;
  std::vector<double> cells_;  // row by row
};

}  // namespace boundscope
