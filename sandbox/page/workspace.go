package page

import (
	"hash/fnv"
	"html/template"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"rekey/sandbox/fakeslack"
	"rekey/sandbox/stage"
)

// A workspace is the left half of the page: Slack, as one person sees it.
type workspace struct {
	Me       fakeslack.Person
	People   []fakeslack.Person
	Channel  fakeslack.Channel
	Channels []place
	Messages []message
	AtHome   bool
	Home     []block // what App Home shows; empty before the app drew it
	Modal    *modal
	Commands []stage.Command
}

// A place is a channel in the list on the left.
type place struct {
	ID, Name string
	Direct   bool
	Current  bool
}

// A message is one message as the page shows it, with the replies to it.
type message struct {
	ID          string // in the page; links to the message lead to it
	Channel, TS string
	Author      string
	Initials    string
	Colour      int // of the avatar
	App         bool
	Day         string // above the first message of a day
	Clock, At   string
	Text        template.HTML // of a message without blocks
	Blocks      []block
	Ephemeral   bool
	Edited      bool
	Broadcast   bool // a reply that the channel sees too
	Files       []fakeslack.File
	Warning     string
	Replies     []message
}

// Reply says how many replies there are: "2 replies".
func (m message) Reply() string {
	if len(m.Replies) == 1 {
		return "1 reply"
	}
	return strconv.Itoa(len(m.Replies)) + " replies"
}

func (s *site) workspace(v visitor) workspace {
	w := workspace{Me: v.me, People: s.people(), Channel: v.channel, Commands: stage.Commands()}
	for _, c := range s.channels() {
		if v.sees(c) {
			w.Channels = append(w.Channels, place{ID: c.ID, Name: s.channelName(c), Direct: c.User != "", Current: c.ID == v.channel.ID && !v.home})
		}
	}
	w.Channel.Name = s.channelName(v.channel)
	r := s.reader(v)
	if w.AtHome = v.home; w.AtHome {
		w.Home, _ = r.home()
	}
	roots := map[string]int{} // where each thread's first message stands
	day := ""
	for _, m := range s.Stage.Slack.Visible(v.me.ID, v.channel.ID) {
		shown := r.message(m)
		if at, ok := roots[m.ThreadTS]; ok && m.ThreadTS != m.TS {
			w.Messages[at].Replies = append(w.Messages[at].Replies, shown)
			continue
		}
		if today := r.day(posted(m.TS)); today != day {
			shown.Day, day = today, today
		}
		roots[m.TS] = len(w.Messages)
		w.Messages = append(w.Messages, shown)
	}
	if open := s.Stage.Slack.OpenViews(v.me.ID); len(open) > 0 {
		w.Modal = r.modal(open[len(open)-1])
	}
	return w
}

func (s *site) channelName(c fakeslack.Channel) string {
	if c.User != "" {
		return "rekey"
	}
	return c.Name
}

// A reader turns what Slack holds into what one person sees.
type reader struct {
	slack *fakeslack.Slack
	me    fakeslack.Person
	mine  []string // ids whose mention means the person
	now   time.Time
	zone  *time.Location
}

func (s *site) reader(v visitor) *reader {
	r := &reader{slack: s.Stage.Slack, me: v.me, mine: []string{v.me.ID}, now: s.Stage.World.Now()}
	for _, g := range s.Stage.Slack.Groups() {
		if slices.Contains(g.Members, v.me.ID) {
			r.mine = append(r.mine, g.ID)
		}
	}
	name := v.me.TZ
	if name == "" {
		name = "Europe/London"
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		zone = time.UTC
	}
	r.zone = zone
	return r
}

func (r *reader) message(m fakeslack.Message) message {
	at := posted(m.TS).In(r.zone)
	author, app := r.author(m.User)
	out := message{
		ID: messageID(m.Channel, m.TS), Channel: m.Channel, TS: m.TS, Author: author, App: app, Initials: initials(author), Colour: colour(m.User),
		Clock: at.Format("15:04"), At: at.Format(time.RFC3339), Ephemeral: m.Ephemeral, Warning: m.Warning,
		Broadcast: m.Broadcast, Edited: m.Edited > 0 && m.Blocks == nil, Files: m.Files,
	}
	if m.Blocks == nil {
		out.Text = r.mrkdwn(m.Text)
		return out
	}
	out.Blocks = r.blocks(m.Blocks, out.ID)
	return out
}

// author is who wrote a message, and whether that is an app.
func (r *reader) author(id string) (string, bool) {
	for _, p := range r.slack.People() {
		if p.ID == id {
			return p.RealName, p.Bot
		}
	}
	if name := r.slack.NameOf(id); name != "" {
		return name, true
	}
	return "Slackbot", true
}

// messageID is where a message stands in the page. Slack's own links to a
// message have the same two parts.
func messageID(channel, ts string) string {
	return "m-" + channel + "-p" + strings.ReplaceAll(ts, ".", "")
}

func posted(ts string) time.Time {
	seconds, err := strconv.ParseFloat(ts, 64)
	if err != nil {
		return time.Time{}
	}
	return time.UnixMicro(int64(seconds * 1e6))
}

func initials(name string) string {
	for _, r := range name {
		if unicode.IsLetter(r) {
			return string(unicode.ToUpper(r))
		}
	}
	return "?"
}

// colour is one of six for an avatar, always the same for the same id.
func colour(id string) int {
	h := fnv.New32a()
	_, _ = h.Write([]byte(id)) // never fails
	return int(h.Sum32() % 6)
}

// cut shortens what a form is quoted with.
func cut(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n-1]) + "…"
}
