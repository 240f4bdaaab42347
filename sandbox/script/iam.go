package script

import (
	"errors"
	"fmt"

	"rekey/sandbox/fakeaws"
)

// What collaborators' jobs do with their keys, and what becomes of the keys.
var iamForms = []form{
	{`iam> job of {word} runs`, func(p *player, m match) error { return p.runJob(m, false) }},
	{`iam> job of {word} is refused`, func(p *player, m match) error { return p.runJob(m, true) }},
	{`iam> job of {word} uses the delivered key`, (*player).useDelivered},
	{`iam> job of {word} uses the key on the clipboard`, func(p *player, m match) error { return p.Stage.UseClipboard(m["word"]) }},
	{`iam> oldest key of {word} is used`, (*player).useOldest},
	{`iam> somebody adds a key of {word} beyond the limit`, func(p *player, m match) error { p.Stage.AWS.AddKey(m["word"], 0); return nil }},
	{`iam> somebody deletes user {word}`, func(p *player, m match) error { return p.Stage.DeleteUser(m["word"]) }},
	{`iam> {word} has {n} keys`, func(p *player, m match) error { return p.countKeys(m, false) }},
	{`iam> {word} has {n} active keys`, func(p *player, m match) error { return p.countKeys(m, true) }},
	{`iam> somebody makes a key for {word}`, func(p *player, m match) error { _, _, err := p.Stage.MakeKey(m["word"]); return err }},
	{`iam> somebody deactivates the oldest key of {word}`, func(p *player, m match) error { return p.setOldest(m, false) }},
	{`iam> somebody activates the oldest key of {word}`, func(p *player, m match) error { return p.setOldest(m, true) }},
	{`iam> somebody deletes the oldest key of {word}`, func(p *player, m match) error { return p.deleteKey(m, false) }},
	{`iam> somebody deletes the newest key of {word}`, func(p *player, m match) error { return p.deleteKey(m, true) }},
	{`iam> takes {for} to notice`, (*player).noticeLate},
}

// runJob runs a job once and fails unless AWS then took its key, or refused it.
func (p *player) runJob(m match, refused bool) error {
	if err := p.Stage.RunJob(p.ctx, m["word"]); err != nil {
		return err
	}
	for _, j := range p.Stage.Jobs() {
		switch {
		case j.User != m["word"]:
		case refused && j.Refused == "":
			return errors.New("the job signed in")
		case !refused && j.Refused != "":
			return fmt.Errorf("the job was refused: %s", j.Refused)
		}
	}
	return nil
}

// useDelivered waits for a key that the job doesn't have yet.
func (p *player) useDelivered(m match) error {
	err := p.until(func() error {
		if !p.Stage.Delivered(m["word"]) {
			return errors.New("no new key has been delivered")
		}
		return nil
	})
	if err != nil {
		return err
	}
	return p.Stage.UseDelivered(p.ctx, m["word"])
}

func (p *player) countKeys(m match, activeOnly bool) error {
	return p.until(func() error {
		keys, err := p.keysOf(m)
		if err != nil {
			return err
		}
		n := 0
		for _, k := range keys {
			if k.Active || !activeOnly {
				n++
			}
		}
		if n != m.number() {
			return fmt.Errorf("there are %d keys, not %d", n, m.number())
		}
		return nil
	})
}

func (p *player) setOldest(m match, active bool) error {
	id, err := p.oneKey(m, false)
	if err != nil {
		return err
	}
	return p.Stage.SetKey(m["word"], id, active)
}

// useOldest uses a user's oldest key somewhere that nobody thought of.
func (p *player) useOldest(m match) error {
	id, err := p.oneKey(m, false)
	if err == nil {
		p.Stage.AWS.UseKey(id, 0, "s3", "eu-west-1")
		p.Stage.World.Changed()
	}
	return err
}

func (p *player) deleteKey(m match, newest bool) error {
	id, err := p.oneKey(m, newest)
	if err != nil {
		return err
	}
	return p.Stage.DeleteKey(m["word"], id)
}

// oneKey is the id of a user's oldest key, or of their newest.
func (p *player) oneKey(m match, newest bool) (string, error) {
	keys, err := p.keysOf(m)
	switch {
	case err != nil:
		return "", err
	case len(keys) == 0:
		return "", fmt.Errorf("%s has no key", m["word"])
	case newest:
		return keys[len(keys)-1].ID, nil
	}
	return keys[0].ID, nil
}

// keysOf are a user's keys, oldest first.
func (p *player) keysOf(m match) ([]fakeaws.KeyView, error) {
	u, ok := p.Stage.AWS.User(m["word"])
	if !ok {
		return nil, never{fmt.Errorf("there is no IAM user %s", m["word"])}
	}
	return u.Keys, nil
}

func (p *player) noticeLate(m match) error {
	d, err := duration(m["for"])
	if err != nil {
		return err
	}
	p.Stage.AWS.SetLag(d)
	p.Stage.AWS.SetUseLag(d)
	return nil
}
