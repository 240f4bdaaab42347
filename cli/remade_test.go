package cli

import (
	"slices"

	"rekey/sandbox/world"
)

// withoutRemade leaves out what was made in vain and ended again.
func (r *row) withoutRemade(journal []world.Call) []world.Call {
	count := func(method string) int {
		n := 0
		for _, c := range journal {
			if c.Applied && c.Provider+" "+c.Method == method {
				n++
			}
		}
		return n
	}
	drop := map[string]int{}
	for makes, ends := range r.remade {
		want := slices.IndexFunc(r.effects, func(e effect) bool { return e.provider+" "+e.method == makes })
		if want < 0 {
			continue
		}
		drop[makes] = count(makes) - 1
		for _, end := range ends {
			drop[end] = drop[makes]
		}
	}
	var out []world.Call
	for _, c := range journal {
		if method := c.Provider + " " + c.Method; c.Applied && drop[method] > 0 {
			drop[method]--
			continue
		}
		out = append(out, c)
	}
	return out
}
