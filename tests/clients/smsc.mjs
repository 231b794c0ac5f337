// A short message centre on the npm package `smpp`: takes submits, cuts lines, reports in any order.
// node smsc.mjs <log> [cut every n-th submit]; prints its port, then reads commands on stdin:
// "reply <mobile> <text>" writes to our number, "stop" ends it.
import { appendFileSync } from "node:fs";
import { createInterface } from "node:readline";
import smpp from "smpp";

const [log, cutEvery] = [process.argv[2], Number(process.argv[3] || 0)];
const sessions = new Set();
let reports = [];
let count = 0;

function stamp(at) {
  const two = (value) => String(value).padStart(2, "0");
  return [at.getFullYear() % 100, at.getMonth() + 1, at.getDate(), at.getHours(), at.getMinutes()].map(two).join("");
}

function textOf(message) {
  const body = message.message ?? message;
  return Buffer.isBuffer(body) ? body.toString("latin1") : String(body);
}

const server = smpp.createServer({}, (session) => {
  session.on("bind_transceiver", (pdu) => {
    if (pdu.system_id !== "gonghui" || pdu.password !== "sim12345") {
      session.send(pdu.response({ command_status: smpp.ESME_RBINDFAIL }));
      session.close();
      return;
    }
    session.send(pdu.response());
    sessions.add(session);
  });
  session.on("submit_sm", (pdu) => {
    count += 1;
    const id = count.toString(16).padStart(8, "0");
    const made = { id, mobile: pdu.destination_addr, number: pdu.source_addr, reference: pdu.user_message_reference, at: stamp(new Date()) };
    const parts = pdu.short_message.udh ? pdu.short_message.udh.length : 0;
    appendFileSync(log, `${JSON.stringify({ ...made, parts, coding: pdu.data_coding, text: textOf(pdu.short_message) })}\n`);
    reports.push(made);
    if (cutEvery && count % cutEvery === 0) {
      sessions.delete(session);
      session.socket.destroy();
      return;
    }
    session.send(pdu.response({ message_id: id }));
  });
  session.on("query_sm", (pdu) => session.send(pdu.response({ message_id: pdu.message_id, message_state: 2 })));
  session.on("enquire_link", (pdu) => session.send(pdu.response()));
  session.on("unbind", (pdu) => {
    sessions.delete(session);
    session.send(pdu.response());
    session.close();
  });
  // What was told and not acknowledged is told again on the next session, as carriers do.
  session.unheard = new Set();
  session.on("close", () => {
    sessions.delete(session);
    reports.push(...session.unheard);
    session.unheard.clear();
  });
  session.on("error", () => sessions.delete(session));
});

function report(session, made) {
  const text = `id:${made.id} sub:001 dlvrd:001 submit date:${made.at} done date:${stamp(new Date())} stat:DELIVRD err:000 text:`;
  session.unheard.add(made);
  session.deliver_sm(
    {
      source_addr: made.mobile,
      destination_addr: made.number,
      esm_class: 4,
      data_coding: 0,
      short_message: text,
      receipted_message_id: made.id,
      message_state: 2,
      ...(made.reference === undefined ? {} : { user_message_reference: made.reference }),
    },
    (answer) => {
      session.unheard.delete(made);
      // Not acknowledged: it is told again.
      if (answer.command_status !== 0) reports.push(made);
    },
  );
}

// Shuffled, a batch at a time, and some of them twice.
setInterval(() => {
  const [session] = sessions;
  if (!session) return;
  const batch = reports.sort(() => Math.random() - 0.5).splice(0, 200);
  for (const made of batch) {
    report(session, made);
    if (made.id.endsWith("7")) report(session, made);
  }
}, 150);

createInterface({ input: process.stdin }).on("line", (line) => {
  if (line === "stop") process.exit(0);
  const [, mobile, text] = line.match(/^reply (\S+) (.*)$/) ?? [];
  const [session] = sessions;
  if (mobile && session) session.deliver_sm({ source_addr: mobile, destination_addr: "12351", data_coding: 8, short_message: text });
});

server.listen(0, "127.0.0.1", () => console.log(server.address().port));
