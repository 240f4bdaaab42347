package stage

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"slices"
	"strings"
)

// A spelling is one way in which a value may have been written.
type spelling struct{ how, text string }

// spellings are all that the search knows, the value itself first. Those that
// leave a value as it is are not repeated.
func spellings(value string) []spelling {
	all := []spelling{{"raw", value}, {"reversed", reversed(value)}}
	all = append(all, base64s(value)...)
	lower := hex.EncodeToString([]byte(value))
	sum := sha256.Sum256([]byte(value))
	digest := hex.EncodeToString(sum[:])
	all = append(all,
		spelling{"hex", lower},
		spelling{"HEX", strings.ToUpper(lower)},
		spelling{"percent, query", url.QueryEscape(value)},
		spelling{"percent, path", url.PathEscape(value)},
		spelling{"percent, every byte", everyByte(value, "%%%02X")},
		spelling{"percent, every byte, lower case", everyByte(value, "%%%02x")},
		spelling{"JSON", inJSON(value, false)},
		spelling{"JSON, HTML-safe", inJSON(value, true)},
		spelling{"JSON, every byte", everyByte(value, `\u%04x`)},
		spelling{"JSON, every byte, upper case", everyByte(value, `\u%04X`)},
		spelling{"HTML", html.EscapeString(value)},
		spelling{"Slack's entities", strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(value)},
		spelling{"SHA-256, hex", digest},
		spelling{"SHA-256, HEX", strings.ToUpper(digest)},
		spelling{"SHA-256, base64", base64.RawStdEncoding.EncodeToString(sum[:])},
		spelling{"SHA-256, base64 for URLs", base64.RawURLEncoding.EncodeToString(sum[:])},
	)
	return unique(all)
}

// base64s are what remains of value in the base64 of any text that holds it:
// it depends on how many bytes come before, modulo three. The characters that
// hold bits of the neighbours are cut off.
func base64s(value string) []spelling {
	var out []spelling
	for before, head := range []int{0, 2, 3} {
		padded := append(make([]byte, before), value...)
		for _, e := range []struct {
			how      string
			encoding *base64.Encoding
		}{{"base64", base64.RawStdEncoding}, {"base64 for URLs", base64.RawURLEncoding}} {
			text := e.encoding.EncodeToString(padded)
			if len(padded)%3 != 0 {
				text = text[:len(text)-1]
			}
			out = append(out, spelling{fmt.Sprintf("%s, %d bytes in", e.how, before), text[head:]})
		}
	}
	return out
}

func reversed(s string) string {
	b := []byte(s)
	slices.Reverse(b)
	return string(b)
}

func everyByte(s, format string) string {
	var b strings.Builder
	for i := range len(s) {
		fmt.Fprintf(&b, format, s[i])
	}
	return b.String()
}

func inJSON(s string, safe bool) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(safe)
	if err := e.Encode(s); err != nil {
		return s
	}
	return strings.Trim(strings.TrimSpace(b.String()), `"`)
}

func unique(all []spelling) []spelling {
	seen := map[string]bool{}
	return slices.DeleteFunc(all, func(sp spelling) bool {
		known := seen[sp.text]
		seen[sp.text] = true
		return known
	})
}
