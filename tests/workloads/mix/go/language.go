package main

import (
	"sort"
	"strings"
)

// What the language section does: code of the application, some 0.2 ms a call.

func collatz(limit int) int {
	longest := 0
	for start := 1; start < limit; start++ {
		steps := 0
		for value := start; value != 1; steps++ {
			if value%2 == 0 {
				value /= 2
			} else {
				value = 3*value + 1
			}
		}
		if steps > longest {
			longest = steps
		}
	}
	return longest
}

func mandelbrot(size int) int {
	inside := 0
	for row := 0; row < size; row++ {
		for column := 0; column < size; column++ {
			x0, y0 := 3*float64(column)/float64(size)-2, 2*float64(row)/float64(size)-1
			x, y, turn := 0.0, 0.0, 0
			for turn < 50 && x*x+y*y <= 4 {
				x, y = x*x-y*y+x0, 2*x*y+y0
				turn++
			}
			if turn == 50 {
				inside++
			}
		}
	}
	return inside
}

type account interface{ deposit(amount int) int }
type giro struct{ balance, moves int }
type savings struct {
	giro
	rate int
}

func (a *giro) deposit(amount int) int {
	a.balance = (a.balance + amount) % 100003
	a.moves++
	return a.balance
}

func (a *savings) deposit(amount int) int {
	return a.giro.deposit(amount + amount*a.rate/100)
}

var accounts = makeAccounts()

func makeAccounts() []account {
	made := make([]account, 64)
	for i := range made {
		if i%3 == 0 {
			made[i] = &savings{rate: 3}
		} else {
			made[i] = &giro{balance: i}
		}
	}
	return made
}

func methods() int {
	rich := 0
	for turn := 0; turn < 100; turn++ {
		for _, account := range accounts {
			if account.deposit(turn) > 1000 {
				rich++
			}
		}
	}
	return rich
}

func counter(step int) func(int) int {
	count := 0
	return func(value int) int {
		count = (count*31 + value*step) % 65521
		return count
	}
}

var counters = []func(int) int{counter(1), counter(2), counter(3), counter(4), counter(5)}

func closures() int {
	total := 0
	for value := 0; value < 4000; value++ {
		total += counters[value%5](value)
	}
	return total
}

var title = makeText(4000)

func shout() string {
	var shouted strings.Builder
	shouted.Grow(len(title))
	wordStart := true
	for _, letter := range title {
		if wordStart && letter >= 'a' && letter <= 'z' {
			letter -= 32
		}
		shouted.WriteRune(letter)
		wordStart = letter == ' '
	}
	return shouted.String()
}

type particle struct {
	position, speed [3]float64
	mass            float64
}

var particles = make([]particle, 200)

func structWalk() float64 {
	energy := 0.0
	for turn := 0; turn < 10; turn++ {
		for i := range particles {
			p := &particles[i]
			for axis := range p.position {
				p.speed[axis] += 0.01 * float64(i%7)
				p.position[axis] += p.speed[axis] * 0.001
				energy += p.speed[axis] * p.speed[axis]
			}
		}
	}
	return energy
}

var numbers = makeNumbers(1000)
var scratch = make([]int, len(numbers))

// Go compiles its sort and its maps from Go; they are the application's as much as its loops.
func sorting() int {
	copy(scratch, numbers)
	sort.Ints(scratch)
	return scratch[len(scratch)/2]
}

var sink int

func language() {
	sink += collatz(300) + mandelbrot(20) + methods() + closures() + len(shout()) + sorting()
	sink += int(structWalk())
}
