package script

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"rekey/sandbox/stage"
	"rekey/sandbox/world"
)

// What happens to the world as a whole, and what its journal says.
var worldForms = []form{
	{`--- kill -9, restart ---`, (*player).kill},
	{`--- catalogue: {text} ---`, (*player).changeCatalogue},
	{`disk> is full`, func(p *player, _ match) error { return p.fillDisk(true) }},
	{`disk> has room again`, func(p *player, _ match) error { return p.fillDisk(false) }},
	{`aws> shows changes after {for}`, func(p *player, m match) error { return p.late("aws", m) }},
	{`github> shows new runs after {for}`, func(p *player, m match) error { return p.late("github", m) }},
	{`clock> +{days}`, (*player).advance},
	{`clock> to {weekday} {time}`, (*player).advanceTo},
	{`fault> clear`, func(p *player, _ match) error { p.Stage.World.Faults.Clear(); return nil }},
	{`fault> {provider} {call}{about} {fault}`, (*player).orderFault},
	{`fault> {provider} {call}{about} {fault} {n} times`, (*player).orderFault},
	{`fault> {provider} {call}{about} {fault} for {for}`, (*player).orderFault},
	{`fault> {provider} {call}{about} {fault} from now on`, (*player).orderLastingFault},
	{`fault> {provider} {call}{about} {fault} after {n}`, (*player).orderLaterFault},
	{`journal> {provider} {call}{about} {counted} {n}`, (*player).journalSays},
	{`settle> {for}`, (*player).settle},
}

func (p *player) kill(match) error {
	if p.Kill == nil {
		return errors.New("this cast can't kill the bot")
	}
	if err := p.Kill(); err != nil {
		return fmt.Errorf("killing and starting the bot: %w", err)
	}
	return p.reach(func() error { return nil })
}

func (p *player) fillDisk(full bool) error {
	if p.FillDisk == nil {
		return errors.New("this cast can't fill the bot's disk: it has to be a process of its own, on Linux")
	}
	return p.FillDisk(full)
}

// late makes a provider show changes only after a while.
func (p *player) late(provider string, m match) error {
	d, err := duration(m["for"])
	if err != nil {
		return err
	}
	_, err = p.Stage.Order(provider, stage.Late, d, 0)
	return err
}

func (p *player) changeCatalogue(m match) error {
	text, ok := p.Catalogues[m["text"]]
	if !ok || p.Catalogue == nil {
		return fmt.Errorf("this cast has no catalogue %q", m["text"])
	}
	if err := p.Catalogue(text); err != nil {
		return fmt.Errorf("starting the bot with another catalogue: %w", err)
	}
	return p.reach(func() error { return nil })
}

func (p *player) advance(m match) error {
	d, err := duration(m["days"])
	if err != nil {
		return err
	}
	p.Stage.World.Advance(d)
	return nil
}

// advanceTo moves the clock to the next such hour in London, for what depends on
// weekdays.
func (p *player) advanceTo(m match) error {
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		return fmt.Errorf("reading the time zone: %w", err)
	}
	hour, err := time.Parse("15:04", m["time"])
	if err != nil {
		return fmt.Errorf("%s is no time of day", m["time"])
	}
	now := p.Stage.World.Now().In(london)
	to := time.Date(now.Year(), now.Month(), now.Day(), hour.Hour(), hour.Minute(), 0, 0, london)
	for !to.After(now) || to.Weekday().String() != m["weekday"] {
		to = to.AddDate(0, 0, 1)
	}
	p.Stage.World.Advance(to.Sub(now))
	return nil
}

// ordered is the fault that a line names.
func (m match) ordered() world.Fault {
	return world.Fault{Provider: m["provider"], Method: m.call(), Resource: m.about(), Word: m["fault"]}
}

func (p *player) orderFault(m match) error {
	fault := m.ordered()
	fault.Times = m.number()
	if m["for"] != "" {
		d, err := duration(m["for"])
		if err != nil {
			return err
		}
		fault.For = d
	}
	p.Stage.World.Faults.Order(fault)
	return nil
}

func (p *player) orderLastingFault(m match) error {
	fault := m.ordered()
	fault.Times = -1
	p.Stage.World.Faults.Order(fault)
	return nil
}

// orderLaterFault lets n calls through first.
func (p *player) orderLaterFault(m match) error {
	fault := m.ordered()
	fault.Skip = m.number()
	p.Stage.World.Faults.Order(fault)
	return nil
}

// journalSays counts the calls of a method, or those that changed something.
func (p *player) journalSays(m match) error {
	return p.until(func() error {
		n := 0
		for _, c := range p.Stage.World.Journal.Calls() {
			if c.Provider == m["provider"] && c.Method == m.call() && strings.Contains(c.Resource, m.about()) && (c.Applied || m["counted"] == "called") {
				n++
			}
		}
		return count(n, m.number(), "such calls")
	})
}

// settle waits until no call has changed anything for a while.
func (p *player) settle(m match) error {
	quiet, err := duration(m["for"])
	if err != nil {
		return err
	}
	since, last := time.Now(), -1
	return p.until(func() error {
		calls := p.Stage.World.Journal.Calls()
		applied := len(slices.DeleteFunc(calls, func(c world.Call) bool { return !c.Applied }))
		if applied != last {
			since, last = time.Now(), applied
		}
		if time.Since(since) < quiet {
			return fmt.Errorf("something changed %v ago, the %d. change", time.Since(since).Round(time.Millisecond), applied)
		}
		return nil
	})
}
