package aws_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"rekey/rotation"
	"rekey/sandbox/fakeaws"
	"rekey/sandbox/world"
)

var everywhere = rotation.Place{Region: fakeaws.Region}

func TestAllSecretsAreListedPageByPage(t *testing.T) {
	fake := fakeaws.New(world.New())
	fake.AddIdentity(bot, fakeaws.Identity{Name: "Rekey", ARN: "arn:aws:sts::111122223333:assumed-role/rekey/serve"})
	client, calls := serve(t, bot, fake)
	for n := range 205 {
		fake.AddSecret(fmt.Sprintf("secret_%03d", n), "x")
	}
	fake.Backdate("secret_007", 400*24*time.Hour)
	fake.Tag("secret_007", map[string]string{"class": "config", "owner": "team"})
	fake.ScheduleDeletion("secret_100")
	all, err := client.List(t.Context(), everywhere)
	if err != nil || len(all) != 204 || calls.Load() != 3 {
		t.Fatalf("%d secrets in %d calls, %v", len(all), calls.Load(), err)
	}
	old := all[7]
	if old.Name != "secret_007" || !old.Is("secret_007") || !old.Is(old.ARN) || old.Is("secret_00") || old.Tags["class"] != "config" || len(old.Tags) != 2 ||
		time.Since(time.Unix(old.Created, 0)).Round(time.Hour) != 400*24*time.Hour || all[8].Tags != nil {
		t.Errorf("%+v", old)
	}
	fake.Deny(bot, "ListSecrets", "")
	var refused *rotation.ProviderError
	if all, err := client.List(t.Context(), everywhere); !errors.As(err, &refused) || refused.Missing != "secretsmanager:ListSecrets on *" || all != nil {
		t.Errorf("%v, %v", all, err)
	}
}

func TestAListThatMakesNoSenseIsNoList(t *testing.T) {
	for name, body := range map[string]string{
		"no name":         `{"SecretList":[{"ARN":"arn:x"}]}`,
		"no ARN":          `{"SecretList":[{"Name":"x"}]}`,
		"not JSON":        `<html>`,
		"another shape":   `{"SecretList":"none"}`,
		"the second page": `{"SecretList":[{"Name":"x","ARN":"arn:x"}],"NextToken":"1"}`,
	} {
		n := 0
		client, _ := serve(t, bot, http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			if n++; n > 1 && name == "the second page" {
				rw.WriteHeader(http.StatusBadRequest)
				body = `{"__type":"InvalidNextTokenException"}`
			}
			rw.Header().Set("Content-Type", "application/x-amz-json-1.1")
			_, _ = rw.Write([]byte(body))
		}))
		if all, err := client.List(t.Context(), everywhere); err == nil || all != nil || strings.Contains(err.Error(), "html") {
			t.Errorf("%s: %v, %v", name, all, err)
		}
	}
	client, _ := serve(t, bot, http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Content-Type", "application/x-amz-json-1.1")
		_, _ = rw.Write([]byte(`{"SecretList":[{"Name":"x","ARN":"arn:x","CreatedDate":-62135596800,"LastChangedDate":253402300799}]}`))
	}))
	if all, err := client.List(t.Context(), everywhere); err != nil || len(all) != 1 || all[0].Created != 0 || all[0].Changed != 0 {
		t.Errorf("dates that can't be: %+v, %v", all, err)
	}
}
