// As fast as the centre takes: n submits by the package's own client, so many at a time.
// node smsc_load.mjs <port> <n> <window>; prints the seconds from the first submit to the last answer.
import smpp from "smpp";

const [port, many, window] = process.argv.slice(2).map(Number);
const session = smpp.connect({ host: "127.0.0.1", port }, () => {
  session.bind_transceiver({ system_id: "gonghui", password: "sim12345" }, (bound) => {
    if (bound.command_status !== 0) process.exit(1);
    const began = performance.now();
    let sent = 0;
    let answered = 0;
    const next = () => {
      if (sent >= many) return;
      const place = String(sent++).padStart(8, "0");
      session.submit_sm(
        {
          source_addr: "12351",
          destination_addr: `86139${place}`,
          registered_delivery: 1,
          data_coding: 8,
          short_message: `【安徽工会】第${place}号通知`,
        },
        () => {
          answered += 1;
          if (answered === many) {
            console.log((performance.now() - began) / 1000);
            process.exit(0);
          }
          next();
        },
      );
    };
    for (let place = 0; place < window; place += 1) next();
  });
});
session.on("deliver_sm", (pdu) => session.send(pdu.response()));
session.on("error", () => process.exit(1));
