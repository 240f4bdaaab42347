package message

// Note is a message of its own: one sentence that stands for itself, such as
// what another team is asked for. Its first block's id is the given one.
func Note(id, sentence string, c Context) Post {
	p := newPage(c, id)
	p.section(sentence)
	return p.post()
}
