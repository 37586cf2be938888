/** The backends tab: choose what computes, compare, and let the suite prove it. */
import { BACKEND_NAMES, backendChoice, MOST_THREADS, session } from "../compute/session.ts";
import { words } from "../i18n/index.ts";
import { bindAddress } from "../state/route.ts";
import { Segmented, Stepper } from "../ui/controls.tsx";
import { ConformanceSuite } from "./suite.tsx";
import { Timings } from "./timings.tsx";

// All of this tab's state is the shell's.
bindAddress("backends", { read: () => {}, write: () => ({}) });

function Choice() {
  const text = words.value.backends;
  const { name, threads } = backendChoice.value;
  const { backend } = session.value;
  return (
    <section class="card backend-choice" aria-label={text.choice}>
      <Segmented
        label={text.choice}
        options={BACKEND_NAMES}
        names={{ "cpu-js": "cpu-js", "cpu-wasm": "cpu-wasm" }}
        value={name}
        onChange={(next) => {
          backendChoice.value = { name: next, threads: next === "cpu-js" ? 1 : threads };
        }}
      />
      <p>{name === "cpu-js" ? text.jsText : text.wasmText}</p>
      {name === "cpu-js" ? null : (
        <>
          <Stepper
            label={text.threads}
            value={threads}
            least={1}
            most={MOST_THREADS}
            onChange={(next) => {
              backendChoice.value = { name, threads: next };
            }}
          />
          <p class="hint">{crossOriginIsolated ? text.isolated : text.notIsolated}</p>
        </>
      )}
      <h3>{text.features}</h3>
      <dl class="features">
        <dt>name</dt>
        <dd>{backend.name}</dd>
        <dt>dtypes</dt>
        <dd>{backend.dtypes.join(", ")}</dd>
        {Object.entries(backend.features).map(([feature, value]) => [
          <dt>{feature}</dt>,
          <dd>{String(value)}</dd>,
        ])}
      </dl>
    </section>
  );
}

export function BackendsTab() {
  const text = words.value.backends;
  return (
    <div class="tab backends-tab">
      <div class="intro">
        <h2 class="tab-heading">{text.heading}</h2>
        <p>{text.intro}</p>
      </div>
      <div class="columns backends-columns">
        <Choice />
        <Timings />
      </div>
      <ConformanceSuite />
    </div>
  );
}
