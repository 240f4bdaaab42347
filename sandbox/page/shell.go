package page

import (
	"errors"
	"strings"
)

// split cuts a line into words as a shell does with plain words: quotes and
// backslashes keep them together, a backslash at the end of a line joins it
// to the next. It refuses everything that would make a shell do more.
func split(line string) ([]string, error) {
	var words []string
	var word strings.Builder
	open, quote := false, rune(0)
	runes := []rune(strings.ReplaceAll(line, "\r\n", "\n"))
	for i := 0; i < len(runes); i++ {
		c := runes[i]
		switch {
		case quote == '\'' && c != '\'' || quote == '"' && c != '"' && c != '\\' && !strings.ContainsRune("$`", c):
			word.WriteRune(c)
		case quote != 0 && c == quote:
			quote = 0
		case c == '\\':
			i++
			if i == len(runes) {
				return nil, errors.New("the line ends with a backslash")
			}
			if runes[i] == '\n' {
				continue
			}
			if quote == '"' && !strings.ContainsRune(`"\$`+"`", runes[i]) {
				word.WriteRune('\\')
			}
			word.WriteRune(runes[i])
			open = true
		case strings.ContainsRune("$`", c), strings.ContainsRune(";|&<>()*?[]{}!#~", c) && quote == 0:
			return nil, errors.New("this terminal is no shell: " + string(c) + " has no meaning here unless it is quoted")
		case c == '\'' || c == '"':
			quote, open = c, true
		case strings.ContainsRune(" \t\n", c):
			if c == '\n' && strings.TrimSpace(string(runes[i:])) != "" {
				return nil, errors.New("one line at a time")
			}
			if open {
				words = append(words, word.String())
				word.Reset()
				open = false
			}
		default:
			word.WriteRune(c)
			open = true
		}
	}
	if quote != 0 {
		return nil, errors.New("a quotation isn't closed")
	}
	if open {
		words = append(words, word.String())
	}
	return words, nil
}
