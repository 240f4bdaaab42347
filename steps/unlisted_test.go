package steps_test

import (
	"context"
	"errors"
	"testing"

	"rekey/rotation"
	"rekey/steps"
)

// lists is Secrets Manager as far as it lists.
type lists struct {
	all []rotation.Listed
	err error
}

func (l lists) List(context.Context, rotation.Place) ([]rotation.Listed, error) { return l.all, l.err }

func TestWhatTheCatalogueDoesNotName(t *testing.T) {
	listed := func(name string) rotation.Listed {
		return rotation.Listed{Name: name, ARN: "arn:aws:secretsmanager:eu-west-2:111122223333:secret:" + name + "-AbCdEf"}
	}
	all := []rotation.Listed{listed("unknown"), listed("by_name"), listed("by_arn"), listed("by_part"), listed("others/one"), listed("exact"), listed("exact2"), listed("a_first")}
	params := rotation.Params(`{"region":"eu-west-2","known":["by_name","` + all[2].ARN + `","` + all[3].ARN[:len(all[3].ARN)-7] + `","by_name2"],"ignore":["others/*","exact"]}`)
	f, err := steps.Unlisted{AWS: lists{all: all}}.Look(t.Context(), params)
	if err != nil || len(f.Unlisted) != 3 || f.Unlisted[0].Name != "a_first" || f.Unlisted[1].Name != "exact2" || f.Unlisted[2].Name != "unknown" || f.Alarm {
		t.Errorf("%+v, %v", f, err)
	}
	if f.Words != "Secrets Manager has 8 secrets in eu-west-2; the catalogue and its ignore: don't name 3 of them." {
		t.Error(f.Words)
	}
	if f, err := (steps.Unlisted{AWS: lists{err: refused("AWS", "ListSecrets", "AccessDeniedException", "secretsmanager:ListSecrets on *")}}).Look(t.Context(), params); err == nil {
		t.Errorf("a refusal showed %+v", f)
	}
	for _, wrong := range []string{`{}`, `{"region":"x","who":"y"}`} {
		if steps.Unlisted.Check(steps.Unlisted{}, rotation.Params(wrong)) == nil {
			t.Errorf("%s is taken", wrong)
		}
	}
}

func TestASecretThatIsNotThereAnyMoreIsSaidPlainly(t *testing.T) {
	w := &world{secrets: map[string]*secret{}}
	_, err := steps.Version{AWS: w}.Look(t.Context(), rotation.Params(`{"id":"gone","region":"eu-west-2"}`))
	var person *rotation.Error
	if !errors.As(err, &person) || person.What != "AWS Secrets Manager has no such secret: it was deleted, or the catalogue names it wrongly" {
		t.Error(err)
	}
}
