// Two house rules: every word comes from a catalogue, every colour from the palette.

const COLOUR = /#[0-9a-f]{3,8}\b|\b(?:rgba?|hsla?|oklch|oklab|lab|lch|color)\(/i;
const WORDY = /\p{L}{2,}/u;
const SPOKEN = new Set(["title", "label", "placeholder", "aria-label", "aria-description", "aria-roledescription", "alt", "description", "hint"]);

const bareStrings = {
  meta: { type: "problem", messages: { bare: 'Bare words "{{text}}": put them in a words.ts catalogue, English and German, and say() them.' }, schema: [] },
  create(context) {
    const report = (node, text) => context.report({ node, messageId: "bare", data: { text: text.trim().slice(0, 40) } });
    return {
      JSXText: (node) => WORDY.test(node.value) && report(node, node.value),
      "JSXExpressionContainer > Literal": (node) => {
        if (node.parent.parent.type !== "JSXAttribute" && WORDY.test(String(node.value))) report(node, String(node.value));
      },
      "JSXExpressionContainer > TemplateLiteral": (node) => {
        if (node.parent.parent.type !== "JSXAttribute" && node.quasis.some((part) => WORDY.test(part.value.raw))) report(node, context.sourceCode.getText(node));
      },
      JSXAttribute: (node) => {
        const literal = node.value?.type === "Literal" ? node.value : node.value?.expression;
        if (SPOKEN.has(node.name.name) && literal?.type === "Literal" && WORDY.test(String(literal.value))) report(node, String(literal.value));
      },
    };
  },
};

const strayColours = {
  meta: { type: "problem", messages: { stray: "Colour {{text}} outside the palette: name it in design/palette.css and use its variable." }, schema: [] },
  create(context) {
    const check = (node, text) => COLOUR.test(text) && context.report({ node, messageId: "stray", data: { text: COLOUR.exec(text)[0] } });
    return {
      Literal: (node) => typeof node.value === "string" && check(node, node.value),
      TemplateElement: (node) => check(node, node.value.raw),
    };
  },
};

export default { rules: { "no-bare-strings": bareStrings, "no-stray-colours": strayColours } };
