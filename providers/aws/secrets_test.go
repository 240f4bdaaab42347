package aws_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rekey/providers/aws"
	"rekey/rotation"
	"rekey/sandbox/fakeaws"
	"rekey/sandbox/world"
)

const bot = "AKIABOT"

func scene(t *testing.T, value string) (*world.World, *fakeaws.Fake, *aws.Client, string) {
	t.Helper()
	w := world.New()
	fake := fakeaws.New(w)
	fake.AddIdentity(bot, fakeaws.Identity{Name: "Rekey", ARN: "arn:aws:sts::111122223333:assumed-role/rekey/serve"})
	fake.AddSecret("pat", value)
	client, _ := serve(t, bot, fake)
	seen, err := client.Describe(t.Context(), pat)
	if err != nil {
		t.Fatal(err)
	}
	return w, fake, client, seen.At(rotation.Current)
}

func TestAValueIsStagedProvenAndPromoted(t *testing.T) {
	w, fake, client, old := scene(t, "first")
	fake.Backdate("pat", 170*24*time.Hour)
	ctx, next := t.Context(), rotation.NewValue("second")
	if err := client.Stage(ctx, pat, id, next); err != nil {
		t.Fatal(err)
	}
	if err := client.Stage(ctx, pat, id, next); err != nil {
		t.Errorf("the same again: %v", err)
	}
	if p := wrong(t, client.Stage(ctx, pat, id, rotation.NewValue(canary))); p.Code != "ResourceExistsException" || !p.Definite {
		t.Errorf("another value under the same token: %+v", p)
	}
	got, err := client.Read(ctx, pat, id, rotation.Pending, "")
	if err != nil || !got.Same(next) {
		t.Errorf("reading what is staged: %v", err)
	}
	if _, err := client.Read(ctx, pat, id, rotation.Current, ""); wrong(t, err).Code != "ResourceNotFoundException" {
		t.Errorf("reading under a label that it doesn't have: %v", err)
	}
	if err := client.Move(ctx, pat, rotation.Current, id, old); err != nil {
		t.Fatal(err)
	}
	if p := wrong(t, client.Move(ctx, pat, rotation.Current, id, old)); !p.Definite {
		t.Errorf("a move that landed, again: %+v", p)
	}
	if err := client.Move(ctx, pat, rotation.Pending, "", id); err != nil {
		t.Fatal(err)
	}
	seen, err := client.Describe(ctx, pat)
	want := map[string][]string{id: {rotation.Current}, old: {rotation.Previous}}
	if diff := cmp.Diff(want, seen.Labels); err != nil || diff != "" || !strings.HasPrefix(seen.ARN, "arn:aws:secretsmanager:") {
		t.Errorf("%+v, %v: %s", seen, err, diff)
	}
	if n := w.Journal.Applied("aws", "PutSecretValue"); n != 1 {
		t.Errorf("%d versions were made", n)
	}
	newer, err := client.Created(ctx, pat, id)
	if err != nil {
		t.Fatal(err)
	}
	older, err := client.Created(ctx, pat, old)
	if age := newer.Sub(older).Round(time.Hour); err != nil || age != 170*24*time.Hour {
		t.Errorf("the old one is %v older, %v", age, err)
	}
	if p := wrong(t, second(client.Created(ctx, pat, other))); p.Definite {
		t.Errorf("a version that isn't listed: %+v", p)
	}
}

func second[T any](_ T, err error) error { return err }

func TestAVersionWithoutALabelIsStillDated(t *testing.T) {
	_, fake, client, old := scene(t, "first")
	for _, value := range []string{"second", "third"} {
		if err := fake.Save("starter", "pat", value); err != nil {
			t.Fatal(err)
		}
	}
	if at, err := client.Created(t.Context(), pat, old); err != nil || at.IsZero() {
		t.Errorf("%v, %v", at, err)
	}
}

func TestASecretThatAwaitsDeletion(t *testing.T) {
	_, fake, client, old := scene(t, "first")
	fake.ScheduleDeletion("pat")
	for name, err := range map[string]error{
		"Describe": describe(client), "Stage": put(client), "Raw": second(client.Raw(t.Context(), pat, old, rotation.Current)),
	} {
		if p := wrong(t, err); p.Code != aws.MarkedForDeletion || !p.Definite {
			t.Errorf("%s: %+v", name, p)
		}
	}
}

func TestTheKeyRefuses(t *testing.T) {
	_, fake, client, old := scene(t, "first")
	for _, refuse := range []func(string, bool){fake.DenyKMS, fake.DisableKMS} {
		refuse("pat", true)
		for _, err := range []error{put(client), second(client.Raw(t.Context(), pat, old, rotation.Current))} {
			if p := wrong(t, err); !strings.Contains(p.Code, "KMS") || !p.Definite {
				t.Errorf("%+v", p)
			}
		}
		refuse("pat", false)
	}
}

func TestALostAnswerIsNotRepeated(t *testing.T) {
	for _, word := range []string{world.Post5xx, world.PostReset} {
		w, _, client, _ := scene(t, "first")
		w.Faults.Order(world.Fault{Provider: "aws", Method: "PutSecretValue", Word: word})
		if p := wrong(t, put(client)); p.Definite {
			t.Errorf("%s: %+v", word, p)
		}
		sent := 0
		for _, call := range w.Journal.Calls() {
			if call.Method == "PutSecretValue" {
				sent++
			}
		}
		if sent != 1 {
			t.Errorf("%s: sent %d times", word, sent)
		}
	}
}

func TestOneFieldOfAJSONSecret(t *testing.T) {
	_, _, client, old := scene(t, `{"id":"x","token":"`+canary+`"}`)
	got, err := client.Read(t.Context(), pat, old, rotation.Current, "token")
	if err != nil || got.Reveal() != canary {
		t.Errorf("%v", err)
	}
	_, err = client.Read(t.Context(), pat, old, rotation.Current, "password")
	var said *rotation.Error
	if !errors.As(err, &said) || said.Reason != rotation.Invalid {
		t.Fatalf("%T %v", err, err)
	}
	silent(t, err)
}

func TestAValueIsNeverReadByLabelAlone(t *testing.T) {
	_, _, client, old := scene(t, "first")
	for _, c := range [][2]string{{"", rotation.Current}, {old, ""}} {
		if _, err := client.Raw(t.Context(), pat, c[0], c[1]); err == nil {
			t.Errorf("%q was read", c)
		}
	}
	if err := client.Stage(t.Context(), pat, "", rotation.NewValue("x")); err == nil {
		t.Error("a value was staged without a token")
	}
}

func TestAValueIsDeliveredAsCurrent(t *testing.T) {
	w, fake, client, old := scene(t, "first")
	ctx, next := t.Context(), rotation.AccessKey{ID: "AKIASAM"}.Pair(rotation.NewValue(canary))
	if err := client.Deliver(ctx, pat, id, next); err != nil {
		t.Fatal(err)
	}
	if err := client.Deliver(ctx, pat, id, next); err != nil {
		t.Errorf("the same again: %v", err)
	}
	seen, err := client.Describe(ctx, pat)
	want := map[string][]string{id: {rotation.Current}, old: {rotation.Previous}}
	if diff := cmp.Diff(want, seen.Labels); err != nil || diff != "" {
		t.Errorf("%v: %s", err, diff)
	}
	if got, _ := fake.Current("pat"); got != `{"AWS_ACCESS_KEY_ID":"AKIASAM","AWS_SECRET_ACCESS_KEY":"`+canary+`"}` {
		t.Error("what was delivered isn't the pair")
	}
	if client.Deliver(ctx, pat, "", next) == nil {
		t.Error("delivering without a token must fail: the SDK would make one up")
	}
	w.Faults.Order(world.Fault{Provider: "aws", Method: "PutSecretValue", Word: world.Post5xx})
	if p := wrong(t, client.Deliver(ctx, pat, "0b9e7d61-52a4-4a0b-8f3e-aa11bb22cc33", next)); p.Definite {
		t.Errorf("an answer that was lost isn't a refusal: %+v", p)
	}
	if n := w.Journal.Applied("aws", "PutSecretValue"); n != 2 {
		t.Errorf("%d versions were made: the SDK repeated it", n)
	}
}
