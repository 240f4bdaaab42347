package message

import (
	"net/url"
	"strings"

	"github.com/slack-go/slack"
)

// A page collects blocks and, line by line, the plain text that says the same.
type page struct {
	c      Context
	id     string // block_id of the first block
	blocks []slack.Block
	text   []string
}

func newPage(c Context, id string) *page { return &page{c: c, id: id} }

// next returns the block_id for the block that is about to be added.
func (p *page) next() string {
	if len(p.blocks) == 0 {
		return p.id
	}
	return ""
}

func (p *page) header(title string) {
	p.blocks = append(p.blocks, &slack.HeaderBlock{Type: slack.MBTHeader, BlockID: p.next(), Text: words(title, maxHeader)})
	p.say(spoken(title))
}

// A line is a sentence with what only Slack's own syntax can say.
type line struct {
	mention string // who is told, by group or person; empty: nobody
	said    string
	card    string // address of the card that it speaks of, or empty
}

// section adds sentences, a line each, in as few blocks as they fit.
func (p *page) section(sentences ...string) { p.lines(maxLine, p.sectionBlock, told(sentences)...) }

// short adds sentences of which none may be long.
func (p *page) short(sentences ...string) { p.lines(maxShort, p.sectionBlock, told(sentences)...) }

// context adds sentences that matter less, a line each.
func (p *page) context(sentences ...string) {
	p.lines(maxLine, func(text string) slack.Block { return slack.NewContextBlock(p.next(), mrkdwn(text)) }, told(sentences)...)
}

func (p *page) sectionBlock(text string) slack.Block {
	return &slack.SectionBlock{Type: slack.MBTSection, BlockID: p.next(), Text: mrkdwn(text)}
}

func told(sentences []string) []line {
	out := make([]line, len(sentences))
	for i, s := range sentences {
		out[i] = line{said: s}
	}
	return out
}

// lines joins lines up to the limit of a text object. It counts bytes, which
// are never fewer than Slack's characters.
func (p *page) lines(limit int, block func(string) slack.Block, lines ...line) {
	var text []string
	size := 0
	flush := func() {
		if len(text) > 0 {
			p.blocks = append(p.blocks, block(strings.Join(text, "\n")))
			text, size = nil, 0
		}
	}
	for _, l := range lines {
		if l.said == "" {
			continue
		}
		rich, bare := p.c.line(l, limit)
		if size+len(rich)+1 > maxText {
			flush()
		}
		text, size = append(text, rich), size+len(rich)+1
		p.text = append(p.text, bare)
	}
	flush()
}

// line renders one line for Slack, and in plain words.
func (c Context) line(l line, limit int) (rich, bare string) {
	rich, bare = c.render(l.said, limit, true), c.render(spoken(l.said), limit, false)
	if l.mention != "" {
		rich, bare = l.mention+" "+rich, l.mention+" "+bare
	}
	if sound(l.card) {
		rich += " " + link(l.card, "→ card")
	}
	return rich, bare
}

// say adds a line to the text only.
func (p *page) say(line string) { p.text = append(p.text, plain(line, p.c)) }

// buttons adds a row of buttons and menus.
func (p *page) buttons(elements ...slack.BlockElement) {
	if len(elements) > 0 {
		p.blocks = append(p.blocks, slack.NewActionBlock(p.next(), elements...))
	}
}

// post ends the text at a whole line, so that no mention is cut in two.
func (p *page) post() Post {
	var text strings.Builder
	for i, line := range p.text {
		if text.Len()+len(line)+len("\n…") > maxFallback {
			text.WriteString("\n…")
			break
		}
		if i > 0 {
			text.WriteByte('\n')
		}
		text.WriteString(line)
	}
	return Post{Text: text.String(), Blocks: p.blocks}
}

// spoken puts words for the symbols that begin a line.
func spoken(line string) string {
	for _, s := range []struct{ symbol, word string }{
		{"✓ ", "Done: "}, {"● ", "Now: "}, {"○ ", "Later: "}, {"! ", "Attention: "}, {"– ", "Left out: "}, {"? ", "Not known: "},
	} {
		if rest, ok := strings.CutPrefix(line, s.symbol); ok {
			return s.word + rest
		}
	}
	return line
}

// mrkdwn wraps text that is escaped already. Verbatim: Slack must not make
// links or mentions of words that look like some.
func mrkdwn(text string) *slack.TextBlockObject {
	return slack.NewTextBlockObject(slack.MarkdownType, text, false, true)
}

// words wraps plain text, which Slack doesn't parse. Angle brackets become
// typographic ones all the same, for whatever shows it somewhere else.
func words(s string, limit int) *slack.TextBlockObject {
	s = strings.NewReplacer("<", "‹", ">", "›", boldOn, "", boldOff, "").Replace(tame(s))
	if strings.TrimSpace(s) == "" {
		s = "(no name)"
	}
	return slack.NewTextBlockObject(slack.PlainTextType, Cut(s, limit), false, false)
}

// link is mrkdwn that opens a page of ours, or only its words if there is no
// address.
func link(address, text string) string {
	if !sound(address) || strings.ContainsAny(address, "<>|") {
		return escaper.Replace(text)
	}
	return "<" + strings.ReplaceAll(address, "&", "&amp;") + "|" + escaper.Replace(text) + ">"
}

// sound reports whether Slack takes an address on a button.
func sound(address string) bool {
	u, err := url.Parse(address)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && len(address) <= maxURL
}
