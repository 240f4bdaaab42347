package page_test

const cardJSON = `[
 {"type":"header","block_id":"rekey:42:card:3","text":{"type":"plain_text","text":"GitHub MP CI User PAT"}},
 {"type":"context","elements":[{"type":"mrkdwn","text":"Rotation 42 · held by <@U0STARTER> · started Mon 23 Nov 2026 · policy: a new token every 180 days"}]},
 {"type":"section","text":{"type":"mrkdwn","text":"While it is being replaced, these fail for a few minutes: terraform-github.yml, new-environment.yml.\n! *No way back:* the old token stops working the moment the new one is made."}},
 {"type":"section","text":{"type":"mrkdwn","text":"✓ 1  Plan approved · <@U0APPROVER>, <!date^1795430460^{time}|10:31 London time>"}},
 {"type":"section","text":{"type":"mrkdwn","text":"● *2  Regenerate the token and save it* · your turn, <@U0STARTER>\nSign in as modernisation-platform-ci, open ` + "`terraform-github`" + `, press Regenerate.\nFrom that moment the old token stops working."}},
 {"type":"context","elements":[{"type":"mrkdwn","text":"○ 3  Check it and make it current · by Rekey\n○ 4  Copy it to GitHub: run \"Terraform: GitHub resources\" on main · by Rekey\n○ 5  See another workflow use it · by Rekey"}]},
 {"type":"actions","elements":[
  {"type":"button","action_id":"link","text":{"type":"plain_text","text":"Open GitHub"},"url":"LINK","style":"primary","value":"x"},
  {"type":"button","action_id":"howto","text":{"type":"plain_text","text":"How to save it"},"value":"x"},
  {"type":"button","action_id":"check","text":{"type":"plain_text","text":"Check now"},"value":"x"},
  {"type":"overflow","action_id":"more","options":[
   {"text":{"type":"plain_text","text":"Cancel…"},"value":"42.cancel"},
   {"text":{"type":"plain_text","text":"Take over"},"value":"42.take_over"},
   {"text":{"type":"plain_text","text":"Details"},"value":"42.details"}]}]}
]`

const everythingJSON = `[
 {"type":"section","fields":[{"type":"mrkdwn","text":"*State*\nparked"},{"type":"mrkdwn","text":"*Since*\nyesterday"}],
  "accessory":{"type":"static_select","action_id":"filter","placeholder":{"type":"plain_text","text":"Filter by state"},"options":[
   {"text":{"type":"plain_text","text":"Overdue"},"value":"overdue"},{"text":{"type":"plain_text","text":"Due"},"value":"due"}]}},
 {"type":"divider"},
 {"type":"section","text":{"type":"mrkdwn","text":"> quoted\n~gone~ _slanted_ <https://example.com/x?a=1&amp;b=2|a link> &lt;not a tag&gt; <#C0PLATFORM> <!subteam^S0APPROVERS>\n` + "```rekey put x --version 1```" + `"}},
 {"type":"image","image_url":"https://example.com/a.png","alt_text":"a diagram"},
 {"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"bold","style":{"bold":true}},{"type":"text","text":" and plain"}]},
  {"type":"rich_text_preformatted","elements":[{"type":"text","text":"rekey put y"}]},
  {"type":"rich_text_list","style":"bullet","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"one"}]}]}]},
 {"type":"actions","elements":[{"type":"button","action_id":"danger","style":"danger","text":{"type":"plain_text","text":"Delete it"},"value":"x",
  "confirm":{"title":{"type":"plain_text","text":"Delete it for good?"},"text":{"type":"plain_text","text":"Nobody can bring it back."},"confirm":{"type":"plain_text","text":"Delete"},"deny":{"type":"plain_text","text":"Keep"}}}]}
]`

const modalJSON = `{"type":"modal","callback_id":"form","title":{"type":"plain_text","text":"How to save it"},"submit":{"type":"plain_text","text":"Send"},"close":{"type":"plain_text","text":"Close"},
 "blocks":[
 {"type":"section","text":{"type":"mrkdwn","text":"*With rekey*\nIt asks for the token without showing it and stages it with your own AWS identity."}},
 {"type":"rich_text","elements":[{"type":"rich_text_preformatted","elements":[{"type":"text","text":"rekey put github_ci_user_pat --version 6f1c2c0e-6f0a-5b4e-9a53-0c4b9d6a1f11"}]}]},
 {"type":"input","block_id":"reason","label":{"type":"plain_text","text":"Reason"},"hint":{"type":"plain_text","text":"Everybody reads it."},"element":{"type":"plain_text_input","action_id":"text","multiline":true,"min_length":5}},
 {"type":"input","block_id":"how","optional":true,"label":{"type":"plain_text","text":"How sure are you"},"element":{"type":"radio_buttons","action_id":"sure","options":[
  {"text":{"type":"plain_text","text":"Very"},"value":"very"},{"text":{"type":"plain_text","text":"A little"},"value":"little"}]}}]}`
