package message

// Slack's limits, in characters where nothing else is said. Sources: [docs]
// https://docs.slack.dev/reference/block-kit, [types] the comments in npm's
// @slack/types, [sdk] the checks in Python's slack_sdk. Where they disagree
// the smallest stands here.
const (
	maxMessageBlocks = 50      // docs: blocks in a message
	maxViewBlocks    = 100     // docs, types, sdk: blocks in a modal or App Home
	maxText          = 3000    // types, sdk: any text object; at least 1
	maxHeader        = 150     // types, sdk: text of a header
	maxFallback      = 4000    // docs: advised length of a message's text; cut by Slack past 40,000
	maxContext       = 10      // types, sdk: elements in a context block
	maxActions       = 25      // types, sdk: elements in an actions block
	maxID            = 255     // types, sdk: block_id, action_id, callback_id
	maxButtonText    = 75      // types: text of a button
	maxButtonValue   = 2000    // types: value of a button
	maxURL           = 3000    // types: url of a button or an option
	maxOptionText    = 75      // types: text and description of an option
	maxOptionValue   = 75      // types; sdk says 150
	maxOptions       = 100     // types, sdk: options in a select or in one option group
	maxGroups        = 100     // types, sdk: option groups in a select
	maxGroupLabel    = 75      // types, sdk: label of an option group
	maxOverflow      = 5       // types: options in an overflow menu
	maxPlaceholder   = 150     // types, sdk: placeholder of an element
	maxLabel         = 2000    // types: label and hint of an input
	maxInput         = 3000    // types: max_length of a plain_text_input
	maxViewTitle     = 24      // types, sdk: title, submit and close of a view
	maxMetadata      = 3000    // types, sdk: private_metadata
	maxView          = 250_000 // bytes, second-hand: a whole view, else view_too_large

	// maxAck is how many bytes of JSON a private answer may have: it travels
	// in the acknowledgement of a command, and slack-go refuses to write one
	// of 20 KB or more.
	maxAck = 20_000
)

// Our own measures.
const (
	maxLine    = 500  // visible characters of one line: escaped five times as long it still fits maxText
	maxShort   = 200  // visible characters of a finished step, which is one line
	maxReason  = 500  // of what a person types; rotation.Clean cuts there too
	maxButtons = 3    // on a card, besides More
	maxAnswer  = 7000 // bytes of mrkdwn in a private answer, so that with its text it stays below maxAck
)
