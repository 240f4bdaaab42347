package script

import (
	"encoding/json"
	"fmt"

	"rekey/sandbox/stage"
)

// What there is to say of rights that are about no one secret, and of fields.
var passwordForms = []form{
	{`aws> bot is denied passwords`, func(p *player, _ match) error { p.Stage.AWS.Deny(stage.BotKeyID, "GetRandomPassword", ""); return nil }},
	{`aws> bot is allowed passwords again`, func(p *player, _ match) error { p.Stage.AWS.Allow(stage.BotKeyID, "GetRandomPassword", ""); return nil }},
	{`aws> bot is denied the list of secrets`, func(p *player, _ match) error { p.Stage.AWS.Deny(stage.BotKeyID, "ListSecrets", ""); return nil }},
	{`aws> field {word} of {secret} is {text}`, (*player).fieldIs},
}

// fieldIs looks at a field of the JSON object that is current.
func (p *player) fieldIs(m match) error {
	return p.until(func() error {
		text, _ := p.Stage.AWS.Current(m["secret"])
		var whole map[string]string
		if err := json.Unmarshal([]byte(text), &whole); err != nil {
			return fmt.Errorf("%s is no JSON object of words", m["secret"])
		}
		if whole[m["word"]] != m["text"] {
			return fmt.Errorf("the field %s of %s is something else", m["word"], m["secret"])
		}
		return nil
	})
}
