package cli

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"rekey/rotation"
)

// What a shell completes, besides commands and flags: `rekey completion` prints
// the script for it.

// completesSecrets lets a shell complete the names of the catalogue's secrets,
// their regions, and the catalogue's file. A name of two words is completed
// one word after the other.
func completesSecrets(cmd *cobra.Command, embedded []byte, wanted func(*rotation.Secret) bool) {
	secrets := func() []*rotation.Secret {
		path, err := cmd.Flags().GetString("catalogue")
		if err != nil {
			return nil
		}
		book, err := loadCatalogue(path, embedded, anyHandle())
		if err != nil {
			return nil // a shell has nowhere to say why
		}
		var out []*rotation.Secret
		for i := range book.Secrets {
			if wanted(&book.Secrets[i]) {
				out = append(out, &book.Secrets[i])
			}
		}
		return out
	}
	cmd.ValidArgsFunction = func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		var out []string
		for _, s := range secrets() {
			words := strings.Fields(s.Name)
			if len(args) < len(words) && slices.Equal(words[:len(args)], args) {
				out = append(out, words[len(args)]+"\t"+described(s, len(args)))
			}
		}
		return slices.CompactFunc(out, sameWord), cobra.ShellCompDirectiveNoFileComp
	}
	completes(cmd, "region", func() []string {
		var out []string
		for _, s := range secrets() {
			out = append(out, s.Region)
		}
		slices.Sort(out)
		return slices.Compact(out)
	})
	completes(cmd, "version", func() []string { return nil }) // it stands on the card
	completesYAML(cmd, "catalogue")
}

// described is what a shell shows beside a word: of a row with members, the
// row's title.
func described(s *rotation.Secret, word int) string {
	if s.Of != "" && word == 0 {
		return strings.TrimSuffix(s.Title, " of "+strings.TrimPrefix(s.Name, s.Of+" "))
	}
	return s.Title
}

func sameWord(a, b string) bool {
	a, _, _ = strings.Cut(a, "\t")
	b, _, _ = strings.Cut(b, "\t")
	return a == b
}

// completes lets a shell complete a flag's value.
func completes(cmd *cobra.Command, flag string, values func() []string) {
	must(cmd.RegisterFlagCompletionFunc(flag, func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return values(), cobra.ShellCompDirectiveNoFileComp
	}))
}

// completesYAML lets a shell complete the names of YAML files for a flag.
func completesYAML(cmd *cobra.Command, flag string) {
	must(cmd.MarkFlagFilename(flag, "yaml", "yml"))
}

// must is for flags that are named twice in this package.
func must(err error) {
	if err != nil {
		panic("cli: completing a flag that there isn't: " + err.Error())
	}
}
