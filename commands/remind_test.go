package commands_test

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"rekey/commands"
	"rekey/message"
	"rekey/rotation"
	"rekey/steps"
	"rekey/storage"
)

// An office is the real catalogue and a database in which two secrets were
// looked at: one is overdue by policy, and one expires in five days.
type office struct {
	*commands.Commands
	t   *testing.T
	db  *storage.DB
	now time.Time
}

// everybody is in every group, but for the outsider.
type everybody struct{}

func (everybody) Member(_ rotation.Handle, p rotation.Person) (is, known bool) {
	return p != "U0OUTSIDER", true
}

const overdue, dying = "github_ci_user_pat", "modernisation_pat_multirepo"

func newOffice(t *testing.T) *office {
	t.Helper()
	zone, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile("../catalogue.yaml")
	if err != nil {
		t.Fatal(err)
	}
	book := steps.Book(steps.Providers{})
	book.ID = func(handle string) (string, bool) {
		return map[byte]string{'@': "S0TEAM", '#': "C0PLATFORM"}[handle[0]], true
	}
	catalogue, err := rotation.LoadCatalogue(text, book)
	if err != nil {
		t.Fatal(err)
	}
	db, err := storage.Open(t.Context(), filepath.Join(t.TempDir(), "rekey.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	o := &office{t: t, db: db, now: time.Date(2026, 12, 2, 9, 30, 0, 0, zone)} // a Wednesday
	hours := rotation.Hours{Zone: zone, From: 9, To: 18, Holidays: rotation.BankHolidays()}
	o.Commands = &commands.Commands{
		Engine: rotation.NewEngine(rotation.Engine{Store: db, Catalogue: catalogue, Hours: hours, Now: func() time.Time { return o.now }}),
		Store:  db, Team: everybody{}, Link: func(rotation.Card) string { return "" }, Zone: zone, Channel: "C0PLATFORM", Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
		Reminders: commands.Reminders{Ladder: rotation.Ladder{Rungs: []int{30, 14, 7, 1}, Hours: hours}, SnoozeCap: 14, EscalateTo: rotation.Handle{Name: "@lead", ID: "U0LEAD"}, EscalateAfter: 7},
	}
	o.seen(overdue, 190, 0)
	o.seen(dying, 20, 5)
	return o
}

// seen notes how many days old a value is, and in how many it dies; 0: nobody
// knows.
func (o *office) seen(secret string, age, left int) {
	o.t.Helper()
	f := rotation.Finding{Dates: []rotation.Dated{{Name: "v1", Created: o.now.AddDate(0, 0, -age).Unix()}}}
	if left > 0 {
		f.Ends = o.now.AddDate(0, 0, left).Unix()
	}
	if err := o.db.Sight(o.t.Context(), rotation.Sighting{About: secret, Kind: rotation.KindVersion, Finding: f, Looked: o.now}); err != nil {
		o.t.Fatal(err)
	}
}

// says is what the messages of today say, each after its key.
func (o *office) says() string {
	o.t.Helper()
	notices, err := o.Notices(o.t.Context(), o.now)
	if err != nil {
		o.t.Fatal(err)
	}
	var out []string
	for _, n := range notices {
		out = append(out, n.Key+": "+n.Write("rekey:"+n.Key).Text)
	}
	return strings.Join(out, "\n")
}

func (o *office) submit(who rotation.Person, secret, until, reason string) string {
	a := o.Handle(o.t.Context(), commands.Request{
		Kind: commands.Submitted, User: who, Callback: message.SnoozeView, Value: "C0PLATFORM " + secret,
		Fields: map[string]string{message.SnoozeUntil: until, message.ReasonField: reason},
	})
	var out []string
	for field, text := range a.Errors {
		out = append(out, field+": "+text)
	}
	return strings.Join(out, " ")
}

// wants reports which of the texts aren't there, or shouldn't be.
func wants(t *testing.T, said string, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if rest, not := strings.CutPrefix(text, "!"); strings.Contains(said, rest) == not {
			t.Errorf("%q in:\n%s", text, said)
		}
	}
}

func TestTheMessagesOfADay(t *testing.T) {
	o := newOffice(t)
	wants(t, o.says(), "reminder:2026-12-02:C0PLATFORM: Reminder · Wed 2 Dec 2026", "<!subteam^S0TEAM> 2 secrets need somebody", overdue, dying,
		"escalation:2026-12-02:C0PLATFORM: Nobody has started · Wed 2 Dec 2026", "<@U0LEAD> 1 secret needs somebody", "for 10 days, @modernisation-platform was reminded once, last on Wed 2 Dec 2026")
	notices, err := o.Notices(t.Context(), o.now)
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range notices { // they are posted
		if err := o.db.SaveBulletin(t.Context(), rotation.Bulletin{Key: n.Key, Due: o.now, Channel: n.Channel.ID, TS: "1.2", Posted: o.now, Tells: n.Tells}); err != nil {
			t.Fatal(err)
		}
	}
	o.now = o.now.AddDate(0, 0, 1) // Thursday: the rung of the dying one was told
	wants(t, o.says(), "reminder:2026-12-03:C0PLATFORM", overdue, "!"+dying, "!escalation")
	o.now = o.now.AddDate(0, 0, 2) // Saturday: quiet, and it dies on Monday at half past nine
	if said := o.says(); said != "" {
		t.Error(said)
	}
	o.now = o.now.AddDate(0, 0, 2)
	wants(t, o.says(), overdue, dying, "escalation:2026-12-07:C0PLATFORM", "1 secret needs")
}

func TestASnoozeHasARightAReasonAndAnEnd(t *testing.T) {
	o := newOffice(t)
	for _, x := range []struct {
		who                            rotation.Person
		secret, until, reason, refused string
	}{
		{"U0OUTSIDER", overdue, "2026-12-04", "there is a release", "until: Only members of @modernisation-platform can do that"},
		{"U0STARTER", "no_such", "2026-12-04", "there is a release", "until: There is no secret called no_such"},
		{"U0STARTER", "slack_webhook_url", "2026-12-04", "there is a release", "until: It isn't known when Slack Webhook URL is due"},
		{"U0STARTER", overdue, "2026-12-04", " ", "reason: Say in a few words why"},
		{"U0STARTER", overdue, "2026-12-04", "xoxb-123456789012-abcdefghijkl", "reason: That looks like a Slack token"},
		{"U0STARTER", overdue, "tomorrow", "there is a release", "until: Choose a day"},
		{"U0STARTER", overdue, "2026-12-02", "there is a release", "until: That day has begun already"},
		{"U0STARTER", overdue, "2026-12-17", "there is a release", "until: That is too late. The last day that can be chosen now is Wed 16 Dec 2026"},
		{"U0STARTER", dying, "2026-12-07", "there is a release", "until: That is too late: its provider lets it die Mon 7 Dec 2026. The last day that can be chosen is Sat 5 Dec 2026"},
	} {
		if got := o.submit(x.who, x.secret, x.until, x.reason); !strings.HasPrefix(got, x.refused) {
			t.Errorf("%s until %s: %q, not %q", x.secret, x.until, got, x.refused)
		}
	}
	if all, err := o.db.Snoozes(t.Context()); err != nil || len(all) != 0 {
		t.Fatal("something was kept", all, err)
	}
	if got := o.submit("U0STARTER", overdue, "2026-12-04", "there is a release"); got != "" {
		t.Fatal(got)
	}
	events, err := o.db.Owed(t.Context())
	if err != nil || len(events) != 1 || events[0].Kind != "snoozed" || events[0].By != "U0STARTER" || events[0].Secret != overdue ||
		events[0].Text != "Snoozed until Fri 4 Dec 2026: there is a release" {
		t.Errorf("%+v %v", events, err)
	}
	wants(t, o.says(), "1 secret needs somebody", dying, "!"+overdue, "!escalation")
	o.now = o.now.AddDate(0, 0, 2)
	wants(t, o.says(), overdue, "escalation")
}

// A form offers what can be chosen, and none is opened where nothing can.
func TestAFormForASnoozeOffersNoDayThatIsTooLate(t *testing.T) {
	o := newOffice(t)
	typed := func(text string) commands.Answer {
		return o.Handle(t.Context(), commands.Request{Kind: commands.Typed, User: "U0STARTER", Channel: "C0PLATFORM", Text: text})
	}
	for text, last := range map[string]string{"snooze " + overdue: "in 14 days, Wed 16 Dec 2026", "snooze " + dying: "in 3 days, Sat 5 Dec 2026", "snooze": "in 14 days, Wed 16 Dec 2026"} {
		a := typed(text)
		if a.Open == nil {
			t.Fatalf("%s: %s", text, a.Text)
		}
		if said := fmt.Sprintf("%+v", days(t, *a.Open)); !strings.HasSuffix(said, last+"]") {
			t.Errorf("%s offers %s", text, said)
		}
	}
	home := o.Handle(t.Context(), commands.Request{Kind: commands.Pressed, User: "U0STARTER", Home: true, Action: message.ActionSnooze, Value: overdue})
	if home.Open == nil || home.Open.PrivateMetadata != "C0PLATFORM "+overdue || home.Home == nil {
		t.Errorf("from App Home: %+v", home)
	}
	o.seen(dying, 20, 1)
	wants(t, typed("snooze "+dying).Text, "can't be snoozed: its provider lets it die Thu 3 Dec 2026")
	if a := o.Handle(t.Context(), commands.Request{Kind: commands.Pressed, User: "U0STARTER", Channel: "C0PLATFORM", Action: message.ActionSnooze, Value: "gone|" + dying + "|"}); a.Open != nil {
		t.Error("there is a form for nothing")
	}
}

// days are what a form's menu of days offers.
func days(t *testing.T, v slack.ModalViewRequest) []string {
	t.Helper()
	var out []string
	for _, b := range v.Blocks.BlockSet {
		in, ok := b.(*slack.InputBlock)
		if !ok || in.BlockID != message.SnoozeUntil {
			continue
		}
		for _, o := range in.Element.(*slack.SelectBlockElement).Options {
			out = append(out, o.Text.Text)
		}
	}
	return out
}
