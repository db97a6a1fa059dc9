<?php
// The language section: PHP at work.
declare(strict_types=1);

const WORDS = ['order', 'item', 'price', 'amount', 'customer', 'address', 'invoice', 'payment',
    'status', 'created', 'updated', 'shipping', 'country', 'currency', 'discount', 'quantity'];

class Account
{
    private int $balance = 0;
    private int $moves = 0;

    public function deposit(int $amount): int
    {
        $this->balance = ($this->balance + $amount) % 100003;
        $this->moves++;
        return $this->balance;
    }
}

class Savings extends Account
{
    public function deposit(int $amount): int
    {
        return parent::deposit($amount + intdiv($amount * 3, 100));
    }
}

final class Language
{
    private array $accounts = [];
    private array $counters = [];
    private string $title;

    public function __construct()
    {
        for ($i = 0; $i < 50; $i++) {
            $this->accounts[] = $i % 3 === 0 ? new Savings() : new Account();
        }
        for ($step = 0; $step < 5; $step++) {
            $this->counters[] = self::counter($step);
        }
        $this->title = make_text(600);
    }

    private static function counter(int $step): Closure
    {
        $count = 0;
        return function (int $value) use (&$count, $step): int {
            return $count = ($count * 31 + $value * $step) % 65521;
        };
    }

    private static function collatz(int $limit): int
    {
        $longest = 0;
        for ($start = 1; $start < $limit; $start++) {
            $steps = 0;
            for ($value = $start; $value !== 1; $steps++) {
                $value = ($value & 1) === 0 ? $value >> 1 : 3 * $value + 1;
            }
            if ($steps > $longest) {
                $longest = $steps;
            }
        }
        return $longest;
    }

    private static function mandelbrot(int $size): int
    {
        $inside = 0;
        for ($row = 0; $row < $size; $row++) {
            for ($column = 0; $column < $size; $column++) {
                $x0 = 3.0 * $column / $size - 2.0;
                $y0 = 2.0 * $row / $size - 1.0;
                $x = $y = 0.0;
                for ($turn = 0; $turn < 20 && $x * $x + $y * $y <= 4.0; $turn++) {
                    $next = $x * $x - $y * $y + $x0;
                    $y = 2.0 * $x * $y + $y0;
                    $x = $next;
                }
                $inside += $turn === 20 ? 1 : 0;
            }
        }
        return $inside;
    }

    private function methods(): int
    {
        $rich = 0;
        for ($turn = 0; $turn < 20; $turn++) {
            foreach ($this->accounts as $account) {
                if ($account->deposit($turn) > 1000) {
                    $rich++;
                }
            }
        }
        return $rich;
    }

    private function closures(): int
    {
        $total = 0;
        for ($value = 0; $value < 1000; $value++) {
            $total += $this->counters[$value % 5]($value);
        }
        return $total;
    }

    // Letter by letter, as parsers in the language's own code do.
    private function shout(): string
    {
        $shouted = '';
        $word_start = true;
        for ($i = 0, $end = strlen($this->title); $i < $end; $i++) {
            $letter = $this->title[$i];
            $shouted .= $word_start && $letter === 'o' ? 'O' : $letter;
            $word_start = $letter === ' ';
        }
        return $shouted;
    }

    public function work(): int
    {
        return self::collatz(100) + self::mandelbrot(20) + $this->methods() + $this->closures()
            + strlen($this->shout());
    }
}

function make_text(int $size): string
{
    $text = '';
    for ($i = 1; strlen($text) < $size; $i++) {
        $text .= WORDS[$i * 7919 % 16] . ($i * $i * 31 % 97) . ' ';
    }
    return substr($text, 0, $size);
}
