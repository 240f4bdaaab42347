package stage

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"rekey/sandbox/world"
)

// planted has characters that each encoding changes, in the SHA-256 too.
const planted = `tok&en<"7>>>>>/+~ÿ?_e8Xqa`

func leaky(t *testing.T) *Stage {
	t.Helper()
	s := &Stage{World: world.New()}
	s.World.Values.Add("the planted value", planted)
	s.World.Values.Add("too short to tell", "abc")
	return s
}

func zipped(t *testing.T, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestAPlantedValueIsFoundInEachEncoding(t *testing.T) {
	sum := sha256.Sum256([]byte(planted))
	quoted, err := json.Marshal(map[string]string{"a": planted})
	if err != nil {
		t.Fatal(err)
	}
	percent, unicode := "", ""
	for _, b := range []byte(planted) {
		percent += "%" + hex.EncodeToString([]byte{b})
		unicode += `\u00` + hex.EncodeToString([]byte{b})
	}
	folded := ""
	for i, c := range base64.StdEncoding.EncodeToString([]byte(planted)) {
		if i > 0 && i%8 == 0 {
			folded += "\r\n"
		}
		folded += string(c)
	}
	back := []byte(planted)
	for i, j := 0, len(back)-1; i < j; i, j = i+1, j-1 {
		back[i], back[j] = back[j], back[i]
	}
	for how, data := range map[string]string{
		"raw":                                   "x" + planted + "y",
		"reversed":                              string(back),
		"base64, 0 bytes in":                    base64.StdEncoding.EncodeToString([]byte(planted + "after")),
		"base64, 1 bytes in":                    base64.StdEncoding.EncodeToString([]byte("b" + planted)),
		"base64, 2 bytes in":                    base64.StdEncoding.EncodeToString([]byte("befor" + planted + "x")),
		"base64 for URLs, 0 bytes in":           base64.URLEncoding.EncodeToString([]byte("bef" + planted + "xy")),
		"base64 for URLs, 1 bytes in":           base64.URLEncoding.EncodeToString([]byte("befo" + planted)),
		"base64 for URLs, 2 bytes in":           base64.RawURLEncoding.EncodeToString([]byte("be" + planted)),
		"base64, 0 bytes in (in several lines)": folded,
		"hex":                                   hex.EncodeToString([]byte("." + planted)),
		"HEX":                                   strings.ToUpper(hex.EncodeToString([]byte(planted))),
		"percent, query":                        "?a=" + url.QueryEscape(planted),
		"percent, path":                         "/" + url.PathEscape(planted),
		"percent, every byte, lower case":       percent,
		"percent, every byte":                   strings.ToUpper(percent),
		"JSON":                                  strings.NewReplacer(`\u0026`, "&", `\u003c`, "<", `\u003e`, ">").Replace(string(quoted)),
		"JSON, HTML-safe":                       string(quoted),
		"JSON, every byte":                      unicode,
		"JSON, every byte, upper case":          `\u` + strings.ReplaceAll(strings.ToUpper(unicode[2:]), `\U`, `\u`),
		"HTML":                                  "tok&amp;en&lt;&#34;7&gt;&gt;&gt;&gt;&gt;/+~ÿ?_e8Xqa",
		"Slack's entities":                      `tok&amp;en&lt;"7&gt;&gt;&gt;&gt;&gt;/+~ÿ?_e8Xqa`,
		"SHA-256, hex":                          hex.EncodeToString(sum[:]),
		"SHA-256, HEX":                          strings.ToUpper(hex.EncodeToString(sum[:])),
		"SHA-256, base64":                       base64.StdEncoding.EncodeToString(sum[:]),
		"SHA-256, base64 for URLs":              base64.URLEncoding.EncodeToString(sum[:]),
	} {
		t.Run(how, func(t *testing.T) {
			how, _, _ := strings.Cut(how, " (")
			found := leaky(t).Leaks(map[string][]byte{"the log": []byte(data)})
			if !contains(found, "the log: the planted value, "+how) {
				t.Errorf("found %q", found)
			}
			if strings.Contains(strings.Join(found, ""), planted) {
				t.Error("a finding quotes the value")
			}
		})
	}
}

func TestAPlantedValueIsFoundInsideGzip(t *testing.T) {
	inside := zipped(t, []byte("a line\n"+hex.EncodeToString([]byte(planted))))
	for name, data := range map[string][]byte{
		"the db, gzip 1":         append(append([]byte("page \x1f\x8b"), inside...), "after"...),
		"the db, gzip 2":         append(zipped(t, []byte("nothing")), inside...),
		"the db, gzip 1, gzip 1": zipped(t, inside),
		"the db, gzip 1 ":        inside[:len(inside)-8], // without its checksum
	} {
		if found := leaky(t).Leaks(map[string][]byte{"the db": data}); !contains(found, strings.TrimSpace(name)+": the planted value, hex") {
			t.Errorf("%s: found %q", name, found)
		}
	}
}

func TestNothingIsFoundWhereNothingIs(t *testing.T) {
	sinks := map[string][]byte{"a": []byte("abc, a text of no interest"), "b": zipped(t, []byte("nothing")), "c": nil}
	if found := leaky(t).Leaks(sinks); len(found) > 0 {
		t.Errorf("found %q", found)
	}
}

func contains(all []string, one string) bool {
	for _, s := range all {
		if s == one {
			return true
		}
	}
	return false
}
