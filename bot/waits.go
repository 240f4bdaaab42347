package bot

import (
	"math/rand/v2"
	"time"
)

// Waits are the bot's times. The zero value of each means its default.
type Waits struct {
	Silence time.Duration // a socket that said nothing for so long is dead: 40 s
	Age     time.Duration // a socket is replaced when it is so old: 10 min
	Drain   time.Duration // a replaced socket is closed after: 20 s, less than Settled
	Settled time.Duration // after a strange number of sockets, until they are counted again: 30 s
	Least   time.Duration // the first pause after an unhealthy end: 1 s
	Most    time.Duration // the longest: 1 min
	Cards   time.Duration // between two looks at stale cards: 1 s
	Settle  time.Duration // after a lost answer, before history is believed: 15 s
	Roster  time.Duration // between two looks at the groups: 1 min
	Members time.Duration // a live look at a group takes at most: 3 s
}

func (w Waits) withDefaults() Waits {
	for _, one := range []struct {
		wait     *time.Duration
		standard time.Duration
	}{
		{&w.Silence, 40 * time.Second}, {&w.Age, 10 * time.Minute}, {&w.Drain, 20 * time.Second},
		{&w.Settled, 30 * time.Second}, {&w.Least, time.Second}, {&w.Most, time.Minute},
		{&w.Cards, time.Second}, {&w.Settle, 15 * time.Second}, {&w.Roster, time.Minute},
		{&w.Members, 3 * time.Second},
	} {
		if *one.wait == 0 {
			*one.wait = one.standard
		}
	}
	return w
}

// backOff is how long to wait after so many failures in a row: twice as long
// each time, less up to a quarter so that two bots don't keep step.
func backOff(failures int, w Waits) time.Duration {
	pause := w.Least << min(max(failures-1, 0), 20)
	if pause > w.Most || pause <= 0 {
		pause = w.Most
	}
	return pause - time.Duration(rand.Int64N(int64(pause)/4+1))
}
