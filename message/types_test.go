package message

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"rekey/need"
)

// planted are mistakes that the types must find, or the check is worth
// nothing: TypeScript fails if one of these lines is not an error.
const planted = `
// @ts-expect-error a button without a text
const planted1: KnownBlock[] = [{type: 'actions', elements: [{type: 'button', action_id: 'x'}]}];
// @ts-expect-error a header in mrkdwn
const planted2: KnownBlock[] = [{type: 'header', text: {type: 'mrkdwn', text: 'x'}}];
// @ts-expect-error a misspelt key
const planted3: KnownBlock[] = [{type: 'section', txt: {type: 'mrkdwn', text: 'x'}}];
// @ts-expect-error a modal without a title
const planted4: ModalView = {type: 'modal', blocks: []};
`

const strict = `{
  "compilerOptions": {"noEmit": true, "strict": true, "skipLibCheck": true, "module": "nodenext", "moduleResolution": "nodenext", "types": []},
  "files": ["messages.ts"]
}`

// Slack's own types accept every message and view. Once, in testdata/ts:
// npm ci.
func TestSlacksTypesAcceptEverything(t *testing.T) {
	node := need.Tool(t, "node")
	modules := filepath.Join("testdata", "ts", "node_modules")
	tsc := need.File(t, "npm", filepath.Join(modules, "typescript", "lib", "tsc.js"))
	need.File(t, "npm", filepath.Join(modules, "@slack", "types", "package.json"))

	var text bytes.Buffer
	text.WriteString("import type {HomeView, KnownBlock, ModalView} from '@slack/types';\n" + planted)
	for i, x := range renderings(t) {
		kind, v := "ModalView", encode(t, x)
		switch {
		case x.post != nil:
			kind = "{text: string, blocks: KnownBlock[]}"
		case x.home != nil:
			kind = "HomeView"
		}
		fmt.Fprintf(&text, "// %s\nexport const x%d: %s = %s;\n", x.name, i, kind, bytes.TrimSpace(v))
	}
	dir := t.TempDir()
	for name, content := range map[string][]byte{"messages.ts": text.Bytes(), "tsconfig.json": []byte(strict)} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	here, err := filepath.Abs(modules)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(here, filepath.Join(dir, "node_modules")); err != nil {
		t.Fatal(err)
	}
	tsc, err = filepath.Abs(tsc)
	if err != nil {
		t.Fatal(err)
	}
	check := exec.CommandContext(t.Context(), node, tsc, "--project", dir)
	check.Dir = dir
	if out, err := check.CombinedOutput(); err != nil {
		t.Errorf("%v\n%.4000s", err, out)
	}
}
