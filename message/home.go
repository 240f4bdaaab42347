package message

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"rekey/rotation"
)

// A Home is what one person's App Home shows.
type Home struct {
	Me     rotation.Person
	Rows   []Row
	Owing  []Owed
	Mine   []Row                // running rotations that wait for me, or for an approval that I may give
	Ended  []*rotation.Rotation // the newest, newest first
	Looked time.Time            // when a provider was last asked; zero: never
	Blind  int                  // how many looks last showed nothing
	Part   string               // which part of the inventory: a key of parts
	Page   int                  // which page of it, from 0
	By     string               // what runs: "rekey v1.2"
}

// ActionHome is the press of a button that turns App Home's page; its value is
// the part and the page: "urgent 1".
const ActionHome = "home"

const homeLines = 20 // of the inventory on one page

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
	{"fine", "Fine", rotation.RankDue, rotation.RankDue},
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
	for _, row := range h.Mine[:min(len(h.Mine), homeLines)] {
		p.withButton(row.entry(c))
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

// inventory adds one page of one part, and the buttons that turn it.
func (p *page) inventory(all []entry, of part, n int) {
	some := slices.DeleteFunc(slices.Clone(all), func(e entry) bool { return e.Rank < of.from || e.Rank > of.to })
	n = max(0, min(n, (len(some)-1)/homeLines))
	here := some[n*homeLines : min(len(some), (n+1)*homeLines)]
	for _, e := range here {
		p.withButton(e)
	}
	if len(here) == 0 {
		p.section("None.")
		return
	}
	turn := []slack.BlockElement{slack.NewButtonBlockElement(ActionRefresh, "refresh", words("Refresh", maxButtonText))}
	if n > 0 {
		turn = append(turn, slack.NewButtonBlockElement(ActionHome+":back", fmt.Sprintf("%s %d", of.key, n-1), words("Page before", maxButtonText)))
	}
	if (n+1)*homeLines < len(some) {
		turn = append(turn, slack.NewButtonBlockElement(ActionHome+":next", fmt.Sprintf("%s %d", of.key, n+1), words("Next page", maxButtonText)))
	}
	p.context(fmt.Sprintf("%d to %d of %d", n*homeLines+1, n*homeLines+len(here), len(some)))
	p.buttons(turn...)
}

// foot says how fresh all this is, and what it comes from.
func foot(h Home) []string {
	looked := "No provider has been asked yet."
	if !h.Looked.IsZero() {
		looked = "Providers were last asked " + rotation.When(h.Looked) + "."
	}
	if h.Blind > 0 {
		looked += fmt.Sprintf(" %d of the looks showed nothing.", h.Blind)
	}
	return []string{looked, strings.TrimSpace("Run by " + h.By)}
}
