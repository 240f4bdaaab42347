package bot_test

import (
	"context"
	"strings"
	"sync"
	"testing"

	"github.com/slack-go/slack"

	"rekey/commands"
	"rekey/sandbox/fakeslack"
	"rekey/sandbox/world"
)

// App Home is drawn when somebody opens it and after each press on it, and a
// drawing that Slack doesn't take is no reason to stop.
func TestAppHomeIsDrawnWhenItIsOpenedAndPressed(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var got []commands.Request
	r := newRig(t, fakeslack.Config{}, func(_ context.Context, q commands.Request) commands.Answer {
		mu.Lock()
		defer mu.Unlock()
		got = append(got, q)
		words := slack.NewTextBlockObject(slack.PlainTextType, "Next", false, false)
		return commands.Answer{Home: &slack.HomeTabViewRequest{Type: slack.VTHomeTab, Blocks: slack.Blocks{BlockSet: []slack.Block{
			slack.NewActionBlock("turn", slack.NewButtonBlockElement("home:next", "all 1", words)),
		}}}}
	}).run()
	r.world.Faults.Order(world.Fault{Provider: "slack", Method: "views.publish", Word: world.Pre5xx})
	if err := r.OpenHome(starter); err != nil {
		t.Fatal(err)
	}
	r.until("the operator is told", func() bool { return strings.Contains(r.log.String(), "an App Home wasn't drawn") })
	if err := r.OpenHome(starter); err != nil {
		t.Fatal(err)
	}
	r.until("it is drawn", func() bool { _, drawn := r.Home(starter); return drawn })
	if err := r.PressView(starter, "home:next", "turn"); err != nil {
		t.Fatal(err)
	}
	mu.Lock()
	defer mu.Unlock()
	if len(got) != 3 || got[0].Kind != commands.Opened || got[0].User != starter || !got[1].Home {
		t.Errorf("%+v", got)
	}
	if q := got[2]; q.Kind != commands.Pressed || !q.Home || q.Action != "home:next" || q.Value != "all 1" {
		t.Errorf("%+v", q)
	}
}
