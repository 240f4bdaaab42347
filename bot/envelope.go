package bot

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"rekey/commands"
	"rekey/rotation"
)

// A home is the app, workspace and organisation that an envelope must be from.
type home struct{ app, team, enterprise string }

// A letter is an envelope that was opened.
type letter struct {
	from    home
	request commands.Request // with a zero Kind: nothing is asked for
}

// interaction is what is used of block_actions and view_submission payloads.
// slack-go's own type also decodes the whole message, and refuses all of it
// for one block that it doesn't know.
// https://docs.slack.dev/reference/interaction-payloads
type interaction struct {
	Type       string      `json:"type"`
	App        string      `json:"api_app_id"`
	Trigger    string      `json:"trigger_id"`
	Team       *slack.Team `json:"team"`
	Enterprise *idOnly     `json:"enterprise"`
	User       struct {
		ID   string `json:"id"`
		Team string `json:"team_id"`
	} `json:"user"`
	Channel   idOnly `json:"channel"`
	Container struct {
		Message   string `json:"message_ts"`
		Channel   string `json:"channel_id"`
		Ephemeral bool   `json:"is_ephemeral"`
	} `json:"container"`
	Actions []slack.BlockAction `json:"actions"`
	View    struct {
		Type     string          `json:"type"`
		Callback string          `json:"callback_id"`
		Metadata string          `json:"private_metadata"`
		State    slack.ViewState `json:"state"`
	} `json:"view"`
}

type idOnly struct {
	ID string `json:"id"`
}

// open reads an envelope. Its error never quotes what is in it.
func open(f frame) (letter, error) {
	switch f.Type {
	case "slash_commands":
		return command(f)
	case "interactive":
		return interactive(f)
	case "events_api":
		return event(f)
	}
	return letter{}, nil
}

func command(f frame) (letter, error) {
	var c slack.SlashCommand
	if json.Unmarshal(f.Payload, &c) != nil {
		return letter{}, fmt.Errorf("reading a %s envelope: %w", f.Type, errBroken)
	}
	return letter{
		from: home{c.APIAppID, c.TeamID, c.EnterpriseID},
		request: commands.Request{
			Kind: commands.Typed, Envelope: f.Envelope, User: rotation.Person(c.UserID), Channel: c.ChannelID,
			Trigger: c.TriggerID, Text: strings.TrimSpace(c.Text),
		},
	}, nil
}

func interactive(f frame) (letter, error) {
	var p interaction
	if json.Unmarshal(f.Payload, &p) != nil {
		return letter{}, fmt.Errorf("reading an %s envelope: %w", f.Type, errBroken)
	}
	l := letter{from: home{app: p.App}}
	if p.Team != nil {
		l.from.team, l.from.enterprise = p.Team.ID, p.Team.EnterpriseID
	}
	if p.Enterprise != nil {
		l.from.enterprise = p.Enterprise.ID
	}
	r := commands.Request{
		Envelope: f.Envelope, User: rotation.Person(p.User.ID), Trigger: p.Trigger, Callback: p.View.Callback,
		Stranger: p.Enterprise == nil && p.User.Team != "" && p.User.Team != l.from.team,
	}
	switch {
	case p.Type == "block_actions" && len(p.Actions) > 0 && !isLink(p.Actions[0]):
		r.Kind, r.Action, r.Value = commands.Pressed, p.Actions[0].ActionID, entered(p.Actions[0])
		r.Message, r.Ephemeral, r.Home, r.Modal = p.Container.Message, p.Container.Ephemeral, p.View.Type == "home", p.View.Type == "modal"
		r.Channel = p.Container.Channel
		if r.Channel == "" {
			r.Channel = p.Channel.ID
		}
	case p.Type == "view_submission":
		r.Kind, r.Value, r.Fields = commands.Submitted, p.View.Metadata, map[string]string{}
		for block, actions := range p.View.State.Values {
			for _, a := range actions {
				r.Fields[block] = entered(a)
			}
		}
	default:
		return l, nil
	}
	l.request = r
	return l, nil
}

// event reads the one event that the app subscribes to: somebody opens its App
// Home. https://docs.slack.dev/reference/events/app_home_opened
func event(f frame) (letter, error) {
	var p struct {
		App            string  `json:"api_app_id"`
		Team           string  `json:"team_id"`
		Authorizations []idsOf `json:"authorizations"`
		Event          struct {
			Type string `json:"type"`
			User string `json:"user"`
			Tab  string `json:"tab"`
		} `json:"event"`
	}
	if json.Unmarshal(f.Payload, &p) != nil {
		return letter{}, fmt.Errorf("reading an %s envelope: %w", f.Type, errBroken)
	}
	l := letter{from: home{app: p.App, team: p.Team}}
	if len(p.Authorizations) > 0 {
		l.from.enterprise = p.Authorizations[0].Enterprise
	}
	if p.Event.Type == "app_home_opened" && p.Event.Tab == "home" {
		l.request = commands.Request{Kind: commands.Opened, Envelope: f.Envelope, User: rotation.Person(p.Event.User), Home: true}
	}
	return l, nil
}

type idsOf struct {
	Enterprise string `json:"enterprise_id"`
}

// isLink reports whether a press only opened a page: Slack sends it all the
// same.
func isLink(a slack.BlockAction) bool { return strings.HasPrefix(a.ActionID, "link") }

// entered is what a button carries, or what was chosen or typed in a field.
func entered(a slack.BlockAction) string {
	for _, v := range []string{a.Value, a.SelectedOption.Value, a.SelectedUser, a.SelectedDate, a.SelectedChannel, a.SelectedConversation} {
		if v != "" {
			return v
		}
	}
	var values []string
	for _, o := range a.SelectedOptions {
		values = append(values, o.Value)
	}
	slices.Sort(values)
	return strings.Join(values, ",")
}
