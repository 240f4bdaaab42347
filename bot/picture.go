package bot

import (
	"bytes"
	"context"

	"github.com/slack-go/slack"
)

// An Attachment is a file for a thread. Alt says in words what it shows.
type Attachment struct {
	Name, Title, Alt string
	Bytes            []byte
}

// Attach shows a file in the thread of a message. It isn't repeated when it
// fails: whoever reads the thread can do without.
// https://docs.slack.dev/messaging/working-with-files#upload
func (b *Bot) Attach(ctx context.Context, channel, ts string, a Attachment) error {
	var at *slack.GetUploadURLExternalResponse
	err := b.api.call(ctx, "files.getUploadURLExternal", callWait, func(ctx context.Context, s *slack.Client) (err error) {
		at, err = s.GetUploadURLExternalContext(ctx, slack.GetUploadURLExternalParameters{FileName: a.Name, FileSize: len(a.Bytes), AltTxt: a.Alt})
		return err
	})
	if err != nil {
		return err
	}
	err = b.api.call(ctx, "files upload", callWait, func(ctx context.Context, s *slack.Client) error {
		return s.UploadToURL(ctx, slack.UploadToURLParameters{UploadURL: at.UploadURL, Filename: a.Name, Reader: bytes.NewReader(a.Bytes)})
	})
	if err != nil {
		return err
	}
	return b.api.call(ctx, "files.completeUploadExternal", callWait, func(ctx context.Context, s *slack.Client) error {
		_, err := s.CompleteUploadExternalContext(ctx, slack.CompleteUploadExternalParameters{
			Files: []slack.FileSummary{{ID: at.FileID, Title: a.Title}}, Channel: channel, ThreadTimestamp: ts,
		})
		return err
	})
}
