package rotation

import (
	"slices"
	"strings"
	"time"
)

// explain says what a provider's definite refusal means for this rotation.
func explain(r *Rotation, p *ProviderError) Problem {
	problem := Problem{
		What: p.Provider + " refused: " + p.Op + ": " + p.Code + ".",
		Safe: r.Safe(),
		Next: "Mend the cause, then press Retry.",
	}
	if p.Missing != "" {
		problem.What = "Rekey may not do this at " + p.Provider + ": " + p.Op + " was refused (" + p.Code + ")."
		problem.Next = "Give Rekey the right " + p.Missing + ", then press Retry."
	}
	switch {
	case strings.Contains(p.Code, "KMS") || strings.Contains(p.Code, "DecryptionFailure") || strings.Contains(p.Code, "EncryptionFailure"):
		problem.What = "The KMS key of this secret refused Rekey (" + p.Op + ": " + p.Code + ")."
		problem.Next = "Let Rekey's role use the key (kms:Decrypt, kms:GenerateDataKey) or enable the key, then press Retry."
	case p.Code == "LimitExceeded" && p.Op == "CreateAccessKey":
		problem.What = "AWS says that the user has two access keys already (CreateAccessKey: LimitExceeded), although its list showed fewer."
		problem.Next = "Look at the user's keys in IAM, and delete the one that nothing uses. Then press Retry."
	case p.Code == "ResourceNotFoundException":
		problem.What = "There is no secret " + r.Plan.SecretID + " in " + r.Plan.Region + " (" + p.Op + ")."
		problem.Next = "Check the name, region and account in the catalogue, or restore the secret, then press Retry."
	case p.Code == "InvalidRequestException: marked for deletion":
		problem.What = "The secret " + r.Plan.SecretID + " is scheduled for deletion, so AWS refuses to touch it."
		problem.Next = "Restore it in Secrets Manager if it is still needed, then press Retry; else cancel."
	}
	return problem
}

// Safe says in one sentence what is safe and what is not at this point.
func (r *Rotation) Safe() string {
	noun := r.Plan.Noun
	switch {
	case !r.Facts.Restored.IsZero():
		return "The old " + noun + " is current again. The new one works until somebody revokes it."
	case !r.Facts.Promoted.IsZero() && r.Facts.Old == OldRefused:
		return "The new " + noun + " is safe in Secrets Manager, and current. The old one no longer works."
	case !r.Facts.Promoted.IsZero():
		return "The new " + noun + " is safe in Secrets Manager, and current."
	case r.Facts.Old == OldRefused:
		return "The new " + noun + " is safe in Secrets Manager, not yet current. The old one no longer works."
	case r.Facts.New == "" && !r.Facts.NoReturn.IsZero():
		return "The old " + noun + " may not work any more, and the new one isn't there yet."
	case r.Facts.New != "":
		return "The new " + noun + " is safe in Secrets Manager, not yet current. The old one is untouched."
	}
	return "Nothing has been changed."
}

// silent notes that Slack didn't say who may approve. The presses are kept, and
// each person is told so once.
func (r *Rotation) silent(who []Person, now time.Time) []Event {
	s := r.Step()
	s.Note = "Slack didn't tell us who is in " + r.Plan.Approvers.Name + ". The presses are kept; Rekey asks again in a minute."
	var events []Event
	for i := range r.Claims {
		c := &r.Claims[i]
		if c.State != Claimed || c.Told || !slices.Contains(who, c.By) {
			continue
		}
		c.Told = true
		e := r.event(now, c.By, "slack silent", s.Note)
		e.Reply = &Reply{To: c.By, Channel: r.Plan.Channel.ID, Text: "Slack didn't tell us who is in " + r.Plan.Approvers.Name + ". Your press is kept; we ask again in a minute."}
		events = append(events, e)
	}
	return events
}

// Remind passes the turn again: first to the same people, then to the team.
func (r *Rotation) Remind(now time.Time) []Event {
	if r.Step() == nil || r.Nudge.IsZero() || r.Nudge.After(now) {
		return nil
	}
	nudges := r.Turn.Nudges + 1
	to := r.Turn.To
	if nudges > 1 {
		to = Team
	}
	since := r.Turn.Since
	r.Turn = Turn{N: r.Turn.N + 1, To: to, Kind: TurnNudge, Since: since, Nudged: now, Nudges: nudges}
	return []Event{r.event(now, ByRekey, "reminded", "Reminded the "+string(to)+".")}
}
