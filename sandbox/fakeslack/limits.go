package fakeslack

// Slack's limits for Block Kit. T stands for the comments in npm @slack/types,
// P for Python's slack_sdk, B for slackblocks' limits.json. Lengths count
// Unicode code points. See https://docs.slack.dev/reference/block-kit.
const (
	maxMessageBlocks = 50  // https://docs.slack.dev/reference/block-kit/blocks
	maxViewBlocks    = 100 // T P B; modals and App Home alike

	maxText         = 3000  // T P B; any text object, at least 1
	maxSectionField = 2000  // T B
	maxFields       = 10    // T P B
	maxHeader       = 150   // T B
	maxContext      = 10    // T P B
	maxActions      = 25    // T P B
	maxContextActs  = 5     // T B
	maxInputLabel   = 2000  // T B
	maxInputHint    = 2000  // T B
	maxURL          = 3000  // P B; also a button's and an option's
	maxAltText      = 2000  // T P B
	maxImageTitle   = 2000  // T
	maxMarkdown     = 12000 // T B; in all markdown blocks of a message
	maxTableRows    = 100   // T
	maxTableCells   = 20    // T
	maxVideoText    = 200   // B; title, description and alt_text

	maxID          = 255  // T P B; block_id, action_id, callback_id, external_id
	maxButtonText  = 75   // T B; also accessibility_label
	maxButtonValue = 2000 // T B

	maxConfirmTitle  = 100 // T P B
	maxConfirmText   = 300 // T P B
	maxConfirmButton = 30  // T P B

	maxOptionText   = 75   // T B; also description
	maxOptionValue  = 75   // T says 75, P and B 150: the smaller is safe
	maxOptions      = 100  // T P B
	maxOptionGroups = 100  // T P B
	maxGroupLabel   = 75   // T P B
	maxPlaceholder  = 150  // T P B
	maxOverflow     = 5    // T B
	maxChoices      = 10   // T B; checkboxes and radio buttons
	maxInputLength  = 3000 // T B; plain_text_input max_length
	maxFiles        = 10   // B; file_input max_files

	maxViewTitle  = 24      // T P B; title, submit, close
	maxMetadata   = 3000    // T P B
	maxViewBytes  = 250_000 // https://docs.slack.dev/reference/methods/views.open, view_too_large
	maxModalStack = 3       // https://docs.slack.dev/surfaces/modals, push_limit_reached

	// Slack truncates longer texts; the fake refuses them, since a cut message is
	// a mistake too. https://docs.slack.dev/reference/methods/chat.postMessage
	maxMessageText = 40_000

	maxSockets         = 10 // https://docs.slack.dev/apis/events-api/using-socket-mode
	maxResponseURLUses = 5  // https://docs.slack.dev/interactivity/handling-user-interaction
)
