package script

import (
	"encoding/json"
	"errors"
	"fmt"

	"rekey/sandbox/stage"
)

// What people do at Entra ID, and whether they can sign in to AWS with it.
var entraForms = []form{
	{`entra> {who} adds a client secret`, func(p *player, _ match) error { _, err := p.Stage.AddClientSecret("made in the portal"); return err }},
	{`entra> {who} deletes the old client secret`, func(p *player, _ match) error { return p.Stage.DeleteOldClientSecret() }},
	{`entra> {who} deletes the newest client secret`, func(p *player, _ match) error { return p.Stage.DeleteNewestClientSecret() }},
	{`entra> sign-in works`, func(p *player, _ match) error { return p.signIn(true) }},
	{`entra> sign-in is broken`, func(p *player, _ match) error { return p.signIn(false) }},
	{`entra> has {n} client secrets`, (*player).hasClientSecrets},
	{`entra> takes {for} to notice`, (*player).takesToNotice},
	{`entra> bot is no owner`, func(p *player, _ match) error { return p.Stage.OwnSignIn(false) }},
	{`entra> bot may only read`, func(p *player, _ match) error { return p.Stage.OnlyReadSignIn() }},
	{`entra> bot is an owner again`, func(p *player, _ match) error { return p.Stage.OwnSignIn(true) }},
	{`aws> {who} saves {word} of {secret} in the console`, (*player).saveField},
}

func (p *player) signIn(want bool) error {
	return p.until(func() error {
		if p.Stage.SignInWorks() != want {
			return fmt.Errorf("it is %t that people can sign in to AWS", !want)
		}
		return nil
	})
}

// hasClientSecrets counts those that nobody deleted, whether or not they are
// noticed yet.
func (p *player) hasClientSecrets(m match) error {
	return p.until(func() error {
		return count(len(p.Stage.Entra.Secrets(stage.SignInClient)), m.number(), "client secrets")
	})
}

func (p *player) takesToNotice(m match) error {
	d, err := duration(m["for"])
	if err != nil {
		return err
	}
	p.Stage.Entra.SetLag(d)
	return nil
}

// saveField is what a person does with a secret that is a JSON object: edits
// one field of it and saves all.
func (p *player) saveField(m match) error {
	text, ok := p.Stage.AWS.Current(m["secret"])
	var kept map[string]any
	switch {
	case p.Stage.Clipboard() == "":
		return errors.New("nothing is on the clipboard")
	case !ok || json.Unmarshal([]byte(text), &kept) != nil || kept[m["word"]] == nil:
		return fmt.Errorf("%s has no field %s", m["secret"], m["word"])
	}
	kept[m["word"]] = p.Stage.Clipboard()
	data, err := json.Marshal(kept)
	if err != nil {
		return fmt.Errorf("writing %s: %w", m["secret"], err)
	}
	keyID, _ := stage.PersonKeyID(m["who"])
	return p.Stage.AWS.Save(keyID, m["secret"], string(data))
}
