// Package script plays conversations: text files that read like a channel and
// run through a real bot, on a stage (package stage).
//
//	# The person who started it can't approve it.
//	starter> /rotate github_ci_user_pat
//	#platform | GitHub MP CI User PAT · ● 1 Approve the plan · [Approve] [Refuse…]
//	starter> [Approve]
//	(starter) somebody else has to approve it
//	approver> [Approve]
//	thread | @starter · your turn
//	github> starter regenerates github_ci_user_pat
//	aws> starter puts github_ci_user_pat
//	--- kill -9, restart ---
//	#platform | ✓ GitHub MP CI User PAT rotated
//
// Each line is one action or one expectation. Blank lines and lines that begin
// with "# " are passed over. Every expectation waits for the world to become
// so, and Cast.Patience at most; those with "!" don't wait, they say what isn't
// there now. A line is played when the one before it is content, so an action
// after an expectation happens in the state that was expected.
//
// In the forms below, {who} and {whom} are starter, member, approver, second,
// outsider or ops; {secret} is a secret's name; {file} is a workflow's file;
// {n} is a number; {for} and {days} are durations such as 4h, 2d or 1d12h;
// {word} is one word; {call} is a method, in quotation marks if it has a blank.
//
// # Phrases
//
// {phrases} are parted by " · ". What is read has to contain all of them in
// this order, letter by letter. Blanks are folded and * and ` are left out, in
// both. Buttons read [Label], whether they stand in the row or in the menu, and
// "…" at a label's end may be left out. Mentions read @starter, @mp-approvers.
// A leading "..." says that something comes before; it may be left out.
//
// # The channel
//
//	#platform{card} | {phrases}      the newest card says so, which is no weekly digest if there is another
//	#platform{card} ! {text}         it doesn't say so now
//	#platform has {n} cards
//	thread | {phrases}               one reply in the newest card's thread says so
//	thread | picture {phrases}       a picture's title and description do
//	thread ! {text}                  none says so now
//	thread has {n} replies           exactly; one too many fails at once
//	channel sees | {phrases}         a reply in the thread that is broadcast to the channel says so
//	channel sees nothing of the thread   none is
//
// {card} is empty, or a text in quotation marks: then it isn't the newest card
// but the newest that contains it, as in #platform "Multirepo" | parked. A card
// is any message of the bot's in #modernisation-platform that isn't a reply;
// reminders and escalations count as one only where a text of theirs is given,
// as in #platform "Reminder" | overdue. The
// thread is read forward: a reply that comes before one which an earlier line
// was content with isn't looked at again.
//
// # Private messages and modals
//
//	reply ({who}) {phrases}          what the last command was answered with
//	({who}) {phrases}                a private message, from the bot or from Slack
//	{who} sees | {phrases}           the modal before them: title, text, faults, buttons
//	{who} sees ! {text}
//	{who} sees nothing               no modal is open
//
// A private message satisfies one line only, so that the second answer to a
// second press is waited for. Slack's own warnings count as private messages.
//
// # What people do
//
//	{who}> {typed}                   types a command in #modernisation-platform
//	{who} in {channel}> {typed}      … in #platform, #notifications, #operations or #ask
//	{who}> {typed} until it says {phrases}   … again and again
//	{who}> {label}                   presses a button
//	{who}> {label} on the card{card}
//	{who}> {label} of {secret} on the card{card}   the one in the secret's line
//	{who}> {label} because {text}    … waits for the form, fills in the text, submits
//	{who} + {whom}> {label}          both at the same moment
//	{who}> {label} twice             two presses at the same moment
//	{who}> {label} delivered {n} times   one press that Slack delivers again
//	{who}> {label} on the old card   the button as it was on an earlier look of a card
//	{who}> forged {label} for rotation {n}   the number at the front of the button's value
//	{who}> forged {label} with value {text}
//	{who}> forged {label} in {channel}
//	{who}> forged {label} from team {word}
//	{who}> {label}, unanswered       … and nobody acknowledges it
//	{who}> {typed}, unanswered
//	{who} in {channel}> {typed}, unanswered
//	{who}> picks {secret}            chooses in the open form and submits it
//	{who}> picks {option} because {text}    … several, parted by " and ", and fills in the text
//	{who}> ticks {text}              several of a list in the open form, parted by ", ", and submits
//	{who}> writes {text}             fills in the open form's text and submits it
//	{who}> submits
//	{who}> closes                    closes the modal
//
// A {label} stands in brackets: [Approve]. It is looked for on the modal before
// the person, which covers everything else; else on the newest card; else on
// the newest private message that has it. A label that isn't there is waited
// for; one that is only the beginning of a label will do. Whatever is pressed
// or typed has to be acknowledged, unless the line says unanswered. A form that
// is refused fails the line, unless the next line is about what {who} sees.
// {clipboard} in a {typed} or {text} is the value that was copied last.
//
// # GitHub
//
//	github> {who} regenerates {secret}         the old token is dead, the new one copied
//	github> {who} makes a second token for {secret}    … and copied
//	github> {who} deletes the old token of {secret}
//	github> {who} deletes the new token of {secret}
//	github> {who} makes a token of {word}      of another user, and copied
//	github> {who} makes an expired token       of the CI user, and copied
//	github> {who} sets {word} in {secret}      pastes what was copied into an Actions secret of a repository
//	github> {who} generates an App key         of the team's GitHub App, and copied
//	github> {who} deletes the old App key      the oldest one
//	github> {who} deletes the new App key      the newest one
//	github> {file} runs
//	github> run of {file} is re-run            the newest, once it has completed
//	github> runs finish                        all, now
//	github> next {file} fails
//	github> next {file} is cancelled
//	github> next {file} never starts
//	github> next {file} skips its job
//	github> {file} is removed                  GitHub answers 404
//	github> {file} comes back
//	github> token of {secret} loses {word}     a permission
//	github> token of {secret} gets {word} back
//	github> bot loses {word}
//	github> bot gets {word} back
//	github> bot may only read {word}
//
// # GitHub's issues
//
// A conversation that speaks of them is played by a bot that keeps issues in
// ministryofjustice/modernisation-platform; in the others it keeps none.
//
//	issue{card} | {phrases}          the newest issue says so: title, state, labels, text, comments
//	issue{card} ! {text}             it doesn't say so now
//	no issue has {text}              neither title nor text nor comments of any
//	github has {n} issues            open and closed; one too many fails at once
//	github> {who} opens the issue {text}       labelled security, as the team's old workflow did
//	github> outsider opens the issue {text}    somebody from outside, who can't give labels
//	github> {who} closes the issue{card}
//	github> {who} writes below the issue{card} {text}
//	github> the issue{card} is deleted
//	github> the issue{card} is moved
//	github> issues are switched off
//	github> issues are switched on
//	github> the next {n} lists of issues are empty
//
// # AWS
//
//	aws> {who} puts {value}{secret}{ending}    rekey put, as "How to save it" prints it
//	aws> {who} takes {secret}{ending}          rekey take, as "How to fetch it" prints it: onto the clipboard
//	aws> {who} repeats the put{ending}         the last one once more
//	aws> {who} plain-form puts {value}{secret} the AWS command, as it prints it
//	aws> {who} saves {value}{secret} in the console
//	aws> {who} stages a foreign version of {secret}    AWSPENDING that the bot knows nothing of
//	aws> somebody stages a foreign version of {secret}    an administrator
//	aws> somebody saves another value in {secret}
//	aws> {who} is denied {word} on {secret}    an operation, such as DescribeSecret
//	aws> {who} is allowed {word} on {secret}{again}
//	aws> bot is denied {word} on {secret}
//	aws> bot is allowed {word} on {secret}{again}
//	aws> KMS refuses {secret}
//	aws> KMS allows {secret}
//	aws> bot is denied passwords               that Secrets Manager makes
//	aws> bot is allowed passwords again
//	aws> bot is denied the list of secrets
//	aws> field {word} of {secret} is {text}    of the JSON object that is current
//	aws> {secret} is scheduled for deletion
//	aws> {secret} is restored
//	aws> {secret} is removed                   for good
//	aws> {secret} is made without a value
//	aws> {secret} is made anew                 with its token's newest value
//	aws> AWSCURRENT of {secret} is the new value
//	aws> AWSCURRENT of {secret} is the old value
//	aws> {secret} has an {word}                a label, on whichever version
//	aws> {secret} has no {word}
//	aws> {secret} is tagged {text}             owner=team, and nothing else
//	aws> {secret} has tags {text}              sorted, parted by ", ": expiry-date, owner=team
//
// {value} is empty (what was copied last), "the old value of " or words of one's
// own: aws> starter puts "garbage" as github_ci_user_pat. {ending} is empty (the
// command ends well), " and reads | {phrases}", or " and is refused | {phrases}".
// {again} is " again" or empty. The old value is the one before the token's
// latest. The player opens "How to save it" itself, as {who}, and closes it.
//
// # Slack
//
//	slack> {who} leaves {group}                @mp-approvers
//	slack> {who} joins {group}
//	slack> {who} is deactivated
//	slack> {call} fails {n} times              internal_error
//	slack> {call} answers {word} {n} times     an error code
//	slack> {call} is throttled for {for} {n} times
//	slack> all is well again
//	slack> drops the sockets
//	slack> refreshes                           asks the bot to connect anew
//	slack> the card is deleted
//	slack> bot leaves {channel}
//	slack> bot joins {channel}
//
// # Incoming webhooks
//
//	webhook> {who} adds a webhook for {channel}        of Modernisation Platform Alerts, and copied
//	webhook> {who} adds a webhook of another app for {channel}
//	webhook> {who} removes the old webhook of {secret}
//	webhook> {who} removes the new webhook of {secret}
//	webhook> {channel} got {n} messages        from webhooks; one too many fails at once
//	webhook> answers {word} from now on
//
// {word} is what Slack says: no_text and missing_text… are for a message without
// a text, no_service and invalid_token for a webhook that was removed, and any
// other word, such as action_prohibited, for everything; ok takes all back.
//
// # PagerDuty
//
//	pagerduty> {who} makes a user token        of their own, and copied
//	pagerduty> {who} makes an account token    as only ops may, and copied
//	pagerduty> {who} copies a token of another account
//	pagerduty> {who} deletes the old token of {secret}
//	pagerduty> {who} deletes the new token of {secret}
//	pagerduty> {who} authorises Slack          starter has done so before
//	pagerduty> {who} replaces {word}           one integration more, by its name in the secret
//	pagerduty> {who} replaces {word} by hand   at PagerDuty, so that the secret has a dead key
//	pagerduty> {who} replaces everything
//	pagerduty> {who} replaces nothing
//	pagerduty> {who} may only look on          and so may their token
//	pagerduty> {who} may configure again
//	pagerduty> {word} has {n} incidents        made with that key; one too many fails at once
//	pagerduty> {word} has {n} open incidents
//	pagerduty> {file} alerts with {n} old keys
//
// A run of terraform-pagerduty.yml needs a live token of the account, and one of
// somebody who has authorised PagerDuty in Slack. It destroys and creates again
// what is to be replaced, and writes the keys if they changed. cooker.yml and
// sprinkler.yml alert with the keys as they were when they last ran.
//
// # Entra ID
//
//	entra> {who} adds a client secret          to the application of AWS sign-in, and copied
//	entra> {who} deletes the old client secret the oldest that the team made
//	entra> {who} deletes the newest client secret    whoever made it
//	entra> has {n} client secrets              that nobody deleted
//	entra> takes {for} to notice               what is added or deleted from now on
//	entra> bot is no owner                     of the application
//	entra> bot may only read                   every application, from its next access token on
//	entra> bot is an owner again
//	entra> sign-in works                       people can sign in to AWS
//	entra> sign-in is broken
//	aws> {who} saves {word} of {secret} in the console    what was copied, into one field
//
// # IAM
//
//	iam> job of {word} runs                    the job of that user signs in with its key
//	iam> job of {word} is refused              it tries to, and AWS refuses
//	iam> job of {word} uses the delivered key  once a new one is in the user's secret
//	iam> job of {word} uses the key on the clipboard
//	iam> oldest key of {word} is used          by something that nobody thought of
//	iam> somebody adds a key of {word} beyond the limit    which at AWS isn't atomic
//	iam> somebody deletes user {word}          and all their keys
//	iam> {word} has {n} keys                   of whatever state
//	iam> {word} has {n} active keys
//	iam> somebody makes a key for {word}       an administrator, in the console
//	iam> somebody deactivates the oldest key of {word}
//	iam> somebody activates the oldest key of {word}
//	iam> somebody deletes the oldest key of {word}
//	iam> somebody deletes the newest key of {word}
//	iam> takes {for} to notice                 that keys were made, changed and used
//
// # The world
//
//	--- kill -9, restart ---
//	--- catalogue: {text} ---                  starts the bot with another catalogue of the cast's
//	disk> is full                              no file of the bot's takes another byte
//	disk> has room again
//	aws> shows changes after {for}             reads lag so far behind; 0s: at once
//	github> shows new runs after {for}         in its lists of runs
//	clock> +{days}
//	clock> to {weekday} {time}                 the next one, in London: to Wednesday 09:40
//	fault> {provider} {call}{about} {fault}    the next such call
//	fault> {provider} {call}{about} {fault} {n} times
//	fault> {provider} {call}{about} {fault} after {n} lets so many through first
//	fault> {provider} {call}{about} {fault} for {for} slow or 429
//	fault> {provider} {call}{about} {fault} from now on
//	fault> clear
//	journal> {provider} {call}{about} {counted} {n}   exactly; one too many fails at once
//	settle> {for}                              no call has changed anything for so long
//
// Only a bot that is a process of its own, on Linux, can have a full disk; under
// `rekey sandbox --script` each is. There, a catalogue is a file of that name beside the
// conversation, or "embedded".
//
// {provider} is aws, github, slack, pagerduty or entra; {fault} is one of package world's fault
// words; {counted} is "applied" (it changed something) or "called". {about} is
// empty, or " on " and a part of the resource that the call is about, as in
// aws DescribeSecret on github_ci_user_pat; of github "GET /user" it is the login
// whose token it is, or nobody. Rekey looks at most things by itself, too: a
// fault without {about} may hit such a look.
//
// At the end of each conversation the bot must not have made any mistake
// towards Slack.
package script
