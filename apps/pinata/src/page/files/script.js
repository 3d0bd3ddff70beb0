// Follows what happens, where there is a script; without one the page shows how things stood.
const events = new EventSource('/events');
const following = document.getElementById('following');
const stood = following.innerHTML;

events.addEventListener('open', () => {
  following.textContent = 'The numbers below follow what happens.';
});
events.addEventListener('error', () => {
  following.innerHTML = stood;
});

// Both are parts of the page, made and escaped by the server as the page itself is.
for (const id of ['counters', 'handshakes']) {
  events.addEventListener(id, ({ data }) => {
    const part = document.getElementById(id);
    const open = Array.from(part.querySelectorAll('details[open]'), (details) => details.id);
    const focused = part.contains(document.activeElement) && document.activeElement.closest('[id]');
    part.innerHTML = data;
    for (const name of open) document.getElementById(name)?.setAttribute('open', '');
    if (focused && focused !== part) {
      document.getElementById(focused.id)?.querySelector('summary')?.focus();
    }
  });
}
