// Slack's own clients against the fake: acknowledge a command with a reply, a
// press without one, and publish a home view when it is opened. Each event is
// told on a line of stdout. SLACK_API_URL ends in /api/.
import { SocketModeClient, LogLevel } from "@slack/socket-mode";
import { WebClient } from "@slack/web-api";

const slackApiUrl = process.env.SLACK_API_URL;
const web = new WebClient(process.env.SLACK_BOT_TOKEN, { slackApiUrl });
const socket = new SocketModeClient({
  appToken: process.env.SLACK_APP_TOKEN,
  logLevel: LogLevel.ERROR,
  clientOptions: { slackApiUrl },
});

const section = (text) => ({ type: "section", text: { type: "mrkdwn", text } });

socket.on("connected", () => console.log("connected"));
socket.on("slash_commands", async ({ body, ack }) => {
  await ack({ text: `${body.command} ${body.text} has begun`, blocks: [section("it has *begun*")] });
  await web.chat.postMessage({ channel: body.channel_id, text: "card", blocks: [
    section("card"),
    { type: "actions", elements: [{ type: "button", action_id: "approve", text: { type: "plain_text", text: "Approve" }, value: "42" }] },
  ] });
  console.log("command");
});
socket.on("interactive", async ({ body, ack }) => {
  await ack();
  await web.chat.update({ channel: body.channel.id, ts: body.message.ts, text: `pressed ${body.actions[0].value}` });
  console.log("press");
});
socket.on("app_home_opened", async ({ event, ack }) => {
  await ack();
  await web.views.publish({ user_id: event.user, view: { type: "home", blocks: [section("home")] } });
  console.log("home");
});

process.stdin.on("end", async () => {
  await socket.disconnect();
  console.log("ok");
  process.exit(0);
});
process.stdin.resume();
await web.auth.test();
await socket.start();
