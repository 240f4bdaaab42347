package rotation_test

import (
	"testing"
	"time"

	"rekey/rotation"
)

// The earliest clock that is known wins, and is named.
func TestTheEarliestClockIsNamed(t *testing.T) {
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	day := func(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 8, 30, 0, 0, time.UTC) }
	none := time.Time{}
	for name, c := range map[string]struct {
		known rotation.Clocks
		on    time.Time
		by    rotation.Clock
	}{
		"nothing is known":                  {rotation.Clocks{Every: 180}, none, ""},
		"without a policy age says nothing": {rotation.Clocks{Current: day(2026, 1, 1)}, none, ""},
		"by its age":                        {rotation.Clocks{Every: 180, Current: day(2026, 11, 23)}, day(2027, 5, 22), rotation.ByPolicy},
		"by its expiry":                     {rotation.Clocks{Every: 180, Current: day(2026, 11, 23), Expires: day(2027, 3, 3)}, day(2027, 3, 3), rotation.ByExpiry},
		"by its expiry alone":               {rotation.Clocks{Every: 180, Expires: day(2027, 3, 3)}, day(2027, 3, 3), rotation.ByExpiry},
		"by an older key":                   {rotation.Clocks{Every: 180, Current: day(2026, 11, 23), Key: day(2026, 6, 1)}, day(2026, 11, 28), rotation.ByKey},
		"by its age before a newer key":     {rotation.Clocks{Every: 180, Current: day(2026, 6, 1), Key: day(2026, 11, 23)}, day(2026, 11, 28), rotation.ByPolicy},
		"by the review":                     {rotation.Clocks{Review: day(2027, 5, 22)}, day(2027, 5, 22), rotation.ByReview},
		"over a leap day":                   {rotation.Clocks{Every: 181, Current: day(2027, 9, 1)}, day(2028, 2, 29), rotation.ByPolicy},
		"from a leap day":                   {rotation.Clocks{Every: 365, Current: day(2028, 2, 29)}, day(2029, 2, 28), rotation.ByPolicy},
		"over the end of summer time": {
			rotation.Clocks{Every: 30, Current: time.Date(2026, 10, 1, 9, 0, 0, 0, london)}, time.Date(2026, 10, 31, 9, 0, 0, 0, london), rotation.ByPolicy},
		"expiring within the hour that is there twice": {
			rotation.Clocks{Every: 24, Current: time.Date(2026, 10, 1, 0, 30, 0, 0, time.UTC), Expires: time.Date(2026, 10, 25, 0, 15, 0, 0, time.UTC)},
			time.Date(2026, 10, 25, 0, 15, 0, 0, time.UTC), rotation.ByExpiry},
	} {
		d := c.known.Due()
		if !d.On.Equal(c.on) || d.By != c.by || d.Expires != (c.by == rotation.ByExpiry) {
			t.Errorf("%s: %s by %q, want %s by %q", name, d.On, d.By, c.on, c.by)
		}
	}
}

func TestWhatIsKnownOfASecret(t *testing.T) {
	noon := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	secret := rotation.Secret{Name: "tok", Every: 180}
	version := func(id string, created, seen time.Time) rotation.Sights {
		return rotation.Sort([]rotation.Sighting{{
			About: "tok", Kind: rotation.KindVersion, Seen: seen, Looked: seen,
			Finding: rotation.Finding{Dates: []rotation.Dated{{Name: id, Created: created.Unix()}}},
		}})
	}
	ended := func(state rotation.State) *rotation.Rotation {
		r := &rotation.Rotation{State: state, Ended: noon}
		r.Facts = rotation.Facts{
			OldVersion: "old", OldCreated: noon.AddDate(0, 0, -100), OldExpires: noon.AddDate(0, 0, 20),
			New: "new", Promoted: noon.Add(-time.Hour), Expires: noon.AddDate(0, 0, 170),
		}
		return r
	}
	for name, c := range map[string]struct {
		newest  *rotation.Rotation
		seen    rotation.Sights
		current time.Time
		expires time.Time
		outside bool
	}{
		"nothing":                             {nil, nil, time.Time{}, time.Time{}, false},
		"only what was seen":                  {nil, version("v", noon.AddDate(0, 0, -50), noon), noon.AddDate(0, 0, -50), time.Time{}, false},
		"what the last rotation left":         {ended(rotation.Complete), nil, noon.Add(-time.Hour), noon.AddDate(0, 0, 170), false},
		"and it is there still":               {ended(rotation.Complete), version("new", noon.Add(-2*time.Hour), noon.Add(time.Hour)), noon.Add(-2 * time.Hour), noon.AddDate(0, 0, 170), false},
		"a look before the rotation ended":    {ended(rotation.Complete), version("old", noon.AddDate(0, 0, -100), noon.Add(-time.Hour)), noon.Add(-time.Hour), noon.AddDate(0, 0, 170), false},
		"another version since":               {ended(rotation.Complete), version("by hand", noon.Add(time.Hour), noon.Add(2*time.Hour)), noon.Add(time.Hour), time.Time{}, true},
		"a cancelled rotation leaves the old": {ended(rotation.Cancelled), nil, noon.AddDate(0, 0, -100), noon.AddDate(0, 0, 20), false},
		"as is seen":                          {ended(rotation.Cancelled), version("old", noon.AddDate(0, 0, -101), noon.Add(time.Hour)), noon.AddDate(0, 0, -101), noon.AddDate(0, 0, 20), false},
	} {
		s := rotation.Stand(secret, c.newest, c.seen)
		if !s.Clocks.Current.Equal(c.current) || !s.Clocks.Expires.Equal(c.expires) || s.Outside.IsZero() == c.outside {
			t.Errorf("%s: current %s, expires %s, outside %s", name, s.Clocks.Current, s.Clocks.Expires, s.Outside)
		}
	}
	running := &rotation.Rotation{State: rotation.Running}
	if s := rotation.Stand(secret, running, nil); s.Running != running || s.Last != nil {
		t.Error("a running rotation isn't the last one that ended")
	}
}

// A member is due by the oldest of its keys that work, as the row's inventory
// shows them.
func TestAMemberIsDueByItsOldestKey(t *testing.T) {
	noon := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	key := func(name string, days int) rotation.Dated {
		return rotation.Dated{Name: name, Created: noon.AddDate(0, 0, -days).Unix()}
	}
	seen := rotation.Sort([]rotation.Sighting{{About: "keys", Kind: "iam_users", Seen: noon, Finding: rotation.Finding{
		Alarm: true, Dates: []rotation.Dated{key("sam", 20), key("sam", 190), key("mina", 300)},
	}}})
	sam := rotation.Stand(rotation.Secret{Name: "keys sam", Of: "keys", Every: 180}, nil, seen)
	if d := sam.Clocks.Due(); d.By != rotation.ByKey || !d.On.Equal(noon.AddDate(0, 0, -10)) {
		t.Errorf("%+v", d)
	}
	if row := rotation.Stand(rotation.Secret{Name: "keys", Every: 180}, nil, seen); len(row.Alarms) != 1 || len(sam.Alarms) != 0 {
		t.Error("an alarm about the row isn't one about each member")
	}
	exempt := rotation.Stand(rotation.Secret{Name: "none", Exempt: &rotation.Exemption{Review: "2027-05-22"}}, nil, nil)
	if d := exempt.Clocks.Due(); d.By != rotation.ByReview || d.On.Format(time.DateOnly) != "2027-05-22" {
		t.Errorf("%+v", d)
	}
}

// Whoever takes over what Rekey started isn't asked for anything before that.
func TestNobodyHoldsWhatRekeyStarted(t *testing.T) {
	plan := thePlan(rotation.None)
	plan.Alarm = "It isn't as it has to be."
	r, e := rotation.New(plan, rotation.ByRekey, began)
	if e.By != rotation.ByRekey || e.Text != "Started the rotation of The token. It isn't as it has to be." {
		t.Errorf("%+v", e)
	}
	r.Facts.OldVersion = plan.Baseline
	s := &story{T: t, r: r, now: began}
	if _, err := r.Press(s.pressing(rotation.Approve, bea), began); err != nil {
		t.Fatal(err)
	}
	r.Settle([]rotation.Verdict{{By: bea, Count: true}}, began)
	if step := r.Step(); !step.Is(rotation.KindReceive) {
		t.Fatalf("an approval counts: %+v", step)
	}
	r.Step().Attestable = true
	_, err := r.Press(s.pressing(rotation.Attest, ann), began)
	if err == nil || err.Error() != "Nobody holds this rotation yet. Press Take over, then you can vouch for a step." {
		t.Error(err)
	}
	events, err := r.Press(s.pressing(rotation.TakeOver, ann), began)
	if err != nil || r.Holder != ann || events[0].Text != "Took the rotation over. Nobody held it." {
		t.Errorf("%+v, %v", events, err)
	}
}

// What a provider says of a value's end counts where no rotation has learned it.
func TestAProvidersWordForTheEndIsTaken(t *testing.T) {
	noon := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	seen := rotation.Sort([]rotation.Sighting{{About: "tok", Kind: "client_secrets", Seen: noon, Looked: noon, Finding: rotation.Finding{Ends: noon.AddDate(0, 0, 22).Unix()}}})
	secret := rotation.Secret{Name: "tok", Every: 180}
	if d := rotation.Stand(secret, nil, seen).Clocks.Due(); !d.On.Equal(noon.AddDate(0, 0, 22)) || d.By != rotation.ByExpiry {
		t.Errorf("due %s by %q", d.On, d.By)
	}
	r := &rotation.Rotation{State: rotation.Complete, Ended: noon, Facts: rotation.Facts{New: "new", Promoted: noon, Expires: noon.AddDate(0, 0, 90)}}
	if d := rotation.Stand(secret, r, seen).Clocks.Due(); !d.On.Equal(noon.AddDate(0, 0, 90)) {
		t.Errorf("due %s, though the rotation knows better", d.On)
	}
}
