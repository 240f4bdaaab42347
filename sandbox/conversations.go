package sandbox

import (
	"fmt"
	"os"
	"path/filepath"

	"rekey/sandbox/script"
)

// A Conversation is a text file to be played; Grammar says what it can say.
type Conversation struct {
	Name string // names it in what is printed
	Text []byte

	// Catalogues are those that it may ask for, by name.
	Catalogues map[string][]byte
}

// Grammar is what a conversation can say, to be read by people.
func Grammar() string { return script.Grammar() }

// Conversations reads the files. A catalogue that one asks for by name is the
// file of that name beside it; "embedded" is the one that is built in.
func Conversations(paths []string, embedded []byte) ([]Conversation, error) {
	var out []Conversation
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("reading the conversation: %w", err)
		}
		one := Conversation{Name: path, Text: text, Catalogues: map[string][]byte{"embedded": embedded}}
		for _, name := range script.Asked(text) {
			if one.Catalogues[name] != nil {
				continue
			}
			beside := filepath.Join(filepath.Dir(path), name)
			if one.Catalogues[name], err = os.ReadFile(beside); err != nil {
				return nil, fmt.Errorf("%s asks for a catalogue: %w", path, err)
			}
		}
		out = append(out, one)
	}
	return out, nil
}
