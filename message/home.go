package message

import (
	"fmt"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"rekey/rotation"
)

// A Home is what one person's App Home shows.
type Home struct {
	Me        rotation.Person
	Rows      []Row
	Owing     []Owed
	Mine      []Row                // running rotations that wait for me, or for an approval that I may give
	Held      []Row                // running rotations of mine that wait for somebody else
	Ended     []*rotation.Rotation // the newest, newest first
	Providers []rotation.Freshness // when each was last seen
	Part      string               // which part of the inventory: a key of parts
	Page      int                  // which page of it, from 0
	By        string               // what runs: "rekey v1.2"
}

// ActionHome is the press of a button that turns App Home's page; its value is
// the part and the page: "urgent 1".
const ActionHome = "home"

const (
	homeLines = 20 // of the inventory on one page
	homeMine  = 10 // of what waits for somebody, and of what they hold
)

// A part of the inventory, by how urgent its entries are.
type part struct {
	key, label string
	from, to   rotation.Rank
}

var parts = []part{
	{"all", "All", rotation.RankAlarm, rotation.RankExempt},
	{"urgent", "Needs somebody", rotation.RankAlarm, rotation.RankUnknown},
	{"running", "In progress", rotation.RankParked, rotation.RankRunning},
	{"unknown", "Not known", rotation.RankUnknown, rotation.RankUnknown},
	{"fine", "Due later", rotation.RankDue, rotation.RankDue},
	{"exempt", "Not rotated", rotation.RankExempt, rotation.RankExempt},
}

// DrawHome draws App Home: what waits for this person, then the inventory by
// urgency, a page at a time.
func DrawHome(h Home, c Context) slack.HomeTabViewRequest {
	p := newPage(c, "")
	all, counts := urgency(h.Rows, h.Owing, c)
	p.header("Waiting for you")
	if len(h.Mine) == 0 {
		p.section("Nothing.")
	}
	p.some(h.Mine)
	if len(h.Held) > 0 {
		p.header("Yours, waiting for others")
		p.some(h.Held)
	}
	p.header("Secrets")
	p.section(strong(counts.said()))
	chosen := parts[0]
	var choices []slack.BlockElement
	for _, one := range parts {
		n := len(slices.DeleteFunc(slices.Clone(all), func(e entry) bool { return e.Rank < one.from || e.Rank > one.to }))
		label := fmt.Sprintf("%s (%d)", one.label, n)
		if one.key == h.Part {
			chosen, label = one, "● "+label
		}
		choices = append(choices, slack.NewButtonBlockElement(ActionHome+":"+one.key, one.key+" 0", words(label, maxButtonText)))
	}
	p.buttons(choices...)
	p.inventory(all, chosen, h.Page)
	if len(h.Ended) > 0 {
		p.header("Lately")
		for _, r := range h.Ended {
			p.section(fmt.Sprintf("%s · rotation %d, %s %s", strong(rotation.Clean(r.Plan.Title)), r.ID, r.State, rotation.When(r.Ended)))
		}
	}
	p.context(foot(h)...)
	p.trim(maxViewBlocks)
	return slack.HomeTabViewRequest{Type: slack.VTHomeTab, Blocks: slack.Blocks{BlockSet: p.blocks}}
}

// some adds a few rotations, and counts the rest.
func (p *page) some(rows []Row) {
	shown := rows[:min(len(rows), homeMine)]
	for _, row := range shown {
		p.withButton(row.entry(p.c))
	}
	if more := len(rows) - len(shown); more > 0 {
		p.context(fmt.Sprintf("… and %d more: `/rotate status`", more))
	}
}

// inventory adds one page of one part, and the buttons that turn it.
func (p *page) inventory(all []entry, of part, n int) {
	some := slices.DeleteFunc(slices.Clone(all), func(e entry) bool { return e.Rank < of.from || e.Rank > of.to })
	n = max(0, min(n, (len(some)-1)/homeLines))
	here := some[n*homeLines : min(len(some), (n+1)*homeLines)]
	for _, e := range here {
		p.withButton(e)
	}
	turn := []slack.BlockElement{slack.NewButtonBlockElement(ActionRefresh, "refresh", words("Refresh", maxButtonText))}
	if n > 0 {
		turn = append(turn, slack.NewButtonBlockElement(ActionHome+":back", fmt.Sprintf("%s %d", of.key, n-1), words("Page before", maxButtonText)))
	}
	if (n+1)*homeLines < len(some) {
		turn = append(turn, slack.NewButtonBlockElement(ActionHome+":next", fmt.Sprintf("%s %d", of.key, n+1), words("Next page", maxButtonText)))
	}
	if len(here) == 0 {
		p.section("None.")
	} else {
		p.context(fmt.Sprintf("%d to %d of %d", n*homeLines+1, n*homeLines+len(here), len(some)))
	}
	p.buttons(turn...)
	var due []Row
	for _, e := range here {
		if e.Debt == nil && !e.Fine() {
			due = append(due, Row{Standing: e.Standing})
		}
	}
	p.snoozing(due, p.c)
}

// foot says how fresh all this is, provider by provider, and what it comes
// from.
func foot(h Home) []string {
	said := make([]string, len(h.Providers))
	for i, f := range h.Providers {
		switch {
		case f.Seen.IsZero():
			said[i] = f.Provider + " never seen: " + rotation.Clean(f.Failed)
		case f.Blind == f.Looks:
			said[i] = f.Provider + " as of " + rotation.When(f.Seen) + ": " + rotation.Clean(f.Failed)
		case f.Blind > 0:
			said[i] = fmt.Sprintf("%s seen %s, but for %d of %d: %s", f.Provider, rotation.When(f.Seen), f.Blind, f.Looks, rotation.Clean(f.Failed))
		default:
			said[i] = f.Provider + " seen " + rotation.When(f.Seen)
		}
	}
	seen := "No provider has been asked yet."
	if len(said) > 0 {
		seen = strings.Join(said, " · ")
	}
	return []string{seen, strings.TrimSpace("Run by " + h.By)}
}
