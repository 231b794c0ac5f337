// Scores of pages by Google's Lighthouse with its own settings for phones: a slow phone on 4G.
// Variables: CHROMIUM, COOKIE; arguments: addresses. Writes one JSON line for each.
import { launch } from "chrome-launcher";
import lighthouse from "lighthouse";
import puppeteer from "puppeteer-core";

const flags = ["--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--lang=zh-CN"];
const chrome = await launch({ chromePath: process.env.CHROMIUM, chromeFlags: flags });
const options = {
  port: chrome.port,
  output: "json",
  logLevel: "error",
  locale: "en-US",
  onlyCategories: ["performance", "accessibility"],
};

// Under load Chromium now and then hands over a trace without a frame in it, and Lighthouse then
// measures nothing of the page, neither good nor bad; that is no score and is asked for again.
async function measured(address, times = 3) {
  const { lhr } = await lighthouse(address, options);
  const failed = lhr.audits["cumulative-layout-shift"]?.errorMessage;
  if (!failed || times === 1) return lhr;
  console.error(`${address}: ${failed}`);
  return measured(address, times - 1);
}

try {
  // Chromium sends no Cookie given as an extra header; Lighthouse leaves cookies where they are.
  const browser = await puppeteer.connect({ browserURL: `http://127.0.0.1:${chrome.port}` });
  const { hostname } = new URL(process.argv[2]);
  for (const pair of (process.env.COOKIE || "").split("; ").filter(Boolean)) {
    const [name, ...value] = pair.split("=");
    await browser.setCookie({ name, value: value.join("="), domain: hostname, path: "/" });
  }
  await browser.disconnect();
  for (const address of process.argv.slice(2)) {
    const lhr = await measured(address);
    const wrong = Object.values(lhr.categories).flatMap((group) => group.auditRefs
      .filter((part) => part.weight && (lhr.audits[part.id].score ?? 1) < 0.9)
      .map((part) => `${part.id}: ${lhr.audits[part.id].displayValue || lhr.audits[part.id].title}`));
    const timing = (name) => Math.round(lhr.audits[name]?.numericValue ?? -1);
    console.log(JSON.stringify({
      address,
      reached: lhr.finalDisplayedUrl,
      performance: Math.round(lhr.categories.performance.score * 100),
      accessibility: Math.round(lhr.categories.accessibility.score * 100),
      paint: timing("first-contentful-paint"),
      largest: timing("largest-contentful-paint"),
      blocked: timing("total-blocking-time"),
      shift: lhr.audits["cumulative-layout-shift"]?.numericValue ?? -1,
      bytes: timing("total-byte-weight"),
      machine: Math.round(lhr.environment.benchmarkIndex),
      wrong,
    }));
  }
} finally {
  await chrome.kill();
}
