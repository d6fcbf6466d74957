// The picture of a network whose neurons open their computation graphs. Whoever embeds it puts view.js before it, for
// mountGraph, and wraps both in a function of its own.

const NETWORK_STYLE = `
  :host { display: block; font: 12px Helvetica, Arial, sans-serif; }
  .network { display: block; max-width: 100%; height: auto; }
  .network .word { fill: currentColor; opacity: .8; }
  .neuron { cursor: pointer; }
  .neuron:focus { outline: none; }
  .neuron:hover .body { stroke: currentColor; stroke-width: 2px; }
  .neuron:focus-visible .body, .neuron[aria-expanded="true"] .body { stroke: #d55e00; stroke-width: 3.5px; }
  .status { margin: 8px 0; min-height: 1.3em; line-height: 1.3; opacity: .8; overflow-wrap: anywhere; }
`;

/** Put a network into an element: its picture, and by their keys what to say of each neuron and its graph. */
function mountNetwork(host, network, css) {
  const root = host.shadowRoot ?? host.attachShadow({ mode: "open" });
  const make = (tag, attributes) => Object.assign(document.createElement(tag), attributes);
  const picture = document.importNode(new DOMParser().parseFromString(network.svg, "image/svg+xml").documentElement, true);
  const hint = "Click a neuron to see its computation graph.";
  const status = make("div", { className: "status", role: "status", textContent: hint });
  const place = make("div");
  let opened = null;

  function toggle(neuron) {
    opened?.setAttribute("aria-expanded", "false");
    opened = neuron === opened ? null : neuron;
    opened?.setAttribute("aria-expanded", "true");
    const { says, graph } = opened ? network.neurons[opened.dataset.neuron] : { says: hint };
    status.textContent = says;
    place.replaceChildren();
    if (!graph) return;
    const graphHost = make("div");
    place.append(graphHost);
    mountGraph(graphHost, graph, css);
    place.scrollIntoView({ block: "nearest" });
  }

  for (const neuron of picture.querySelectorAll(".neuron")) {
    const about = neuron.querySelector("title").textContent.replaceAll("\n", ", ");
    const attributes = { tabindex: 0, role: "button", "aria-expanded": false, "aria-label": `${about}: computation graph` };
    for (const [name, value] of Object.entries(attributes)) neuron.setAttribute(name, value);
    neuron.addEventListener("click", () => toggle(neuron));
    neuron.addEventListener("keydown", (event) => {
      if (!["Enter", " "].includes(event.key) || event.ctrlKey || event.metaKey || event.altKey) return;
      toggle(neuron);
      event.preventDefault();
      event.stopPropagation(); // a notebook has its own meaning for these
    });
  }
  picture.setAttribute("role", "group");
  picture.classList.add("network");
  root.replaceChildren(make("style", { textContent: NETWORK_STYLE }), picture, status, place);
}
