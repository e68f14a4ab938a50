// A stand-in for Open Stage Control, built from its documentation ("Scripting", "Properties reference"): runs the
// scripts of a session in Node, with the documented functions alone, and refuses what is not documented. It shows
// nothing and has no network: what is sent is printed.
//
//   node open_stage_control_stand_in.js SESSION
//
// Every line of input is a command, its words between tabs; the answer ends with a line that is a dot.
'use strict'

const fs = require('fs'), readline = require('readline'), vm = require('vm')

const DEFAULTS = {button: 1, text: '', variable: '', panel: 0, tab: 0, root: 0}
const widgets = {}, timers = []
const shared = {url: '127.0.0.1:8080'}
let now = 0

function refuse(text) { throw new Error(text) }

class Widget {
    constructor(props) {
        if (!(props.type in DEFAULTS)) refuse('there is no widget ' + props.type)
        if (props.id in widgets) refuse(props.id + ' is there twice')
        if (props.tabs && props.widgets) refuse(props.id + ' contains widgets and tabs')
        widgets[props.id] = this
        this.props = props
        this.value = props.default === undefined ? DEFAULTS[props.type] : props.default
        this.vars = {}
        this.locals = {touchCoords: [0.5, 0.5]}
        for (const child of [...(props.widgets || []), ...(props.tabs || [])]) new Widget(child)
        this.run('onCreate', {value: this.value}, true)
    }

    run(event, variables, byUser) {
        const code = this.props[event]
        if (!code) return
        const known = id => widgets[id === 'this' ? this.props.id : id] || refuse('there is no widget ' + id)
        const timer = (repeats) => (id, callback, milliseconds) => {
            if (typeof id === 'function') [id, callback, milliseconds] = [undefined, id, callback]
            stop(this, id, repeats)
            timers.push({widget: this, id, repeats, milliseconds, due: now + milliseconds, callback})
        }
        vm.runInNewContext('"use strict";' + code, {
            ...variables, globals: shared, locals: this.locals,
            get: id => known(id).value,
            set: (id, value) => known(id).set(value, byUser),
            getVar: (id, name) => known(id).vars[name],
            setVar: (id, name, value) => { known(id).vars[name] = value },
            send: (target, address, ...values) => {
                if (!/^[^/]+:\d+$/.test(target)) refuse(target + ' is no target')
                if (byUser) print('send', address, ...values.map(typed))
            },
            setTimeout: timer(false), setInterval: timer(true),
            clearTimeout: id => stop(this, id, false), clearInterval: id => stop(this, id, true),
        })
    }

    set(value, byUser) {
        this.value = this.props.type === 'text' && value === '' ? this.props.default : value
        this.run('onValue', {value: this.value, id: this.props.id}, byUser)
        if (byUser && this.props.bypass !== true) print('send', this.props.address || '/' + this.props.id)
    }

    touch(height) {
        if (this.props.type !== 'button') refuse(this.props.id + ' can not be touched')
        if (!['tap', 'momentary'].includes(this.props.mode)) refuse('this stand-in has only buttons without release')
        this.locals.touchCoords = [0.5, height]
        this.set(this.props.mode === 'tap' ? 1 : null, true)
    }
}

function stop(widget, id, repeats) {
    const place = timers.findIndex(one => one.widget === widget && one.id === id && one.repeats === repeats)
    if (place >= 0) timers.splice(place, 1)
}

function typed(value) {
    if (value === null || typeof value !== 'object') return typeof value === 'number' ? 'f:' + value : 's:' + value
    const right = {i: Number.isInteger, f: Number.isFinite, s: text => typeof text === 'string'}[value.type]
    return right && right(value.value) ? value.type + ':' + value.value : refuse('no argument: ' + JSON.stringify(value))
}

function print(...words) { process.stdout.write(words.join('\t') + '\n') }

function untyped(word) { return word[0] === 's' ? word.slice(2) : Number(word.slice(2)) }

const COMMANDS = {
    tick(milliseconds) {
        const until = now + Number(milliseconds)
        for (;;) {
            const next = timers.filter(one => one.due <= until).sort((one, other) => one.due - other.due)[0]
            if (!next) break
            now = next.due
            if (next.repeats) next.due += next.milliseconds
            else timers.splice(timers.indexOf(next), 1)
            next.callback()
        }
        now = until
    },
    touch(id, height) { widgets[id].touch(Number(height)) },
    press(id) { widgets[id].touch(0.5) },
    page(number) { widgets.pages.set(Number(number), true) },
    hear(address, ...words) {
        const values = words.map(untyped)
        for (const widget of Object.values(widgets)) {
            if (widget.props.address === address) widget.set(values.length === 1 ? values[0] : values, false)
        }
    },
    colour(id) { print(widgets[id].vars.light) },
    text(id) { print(widgets[id].value) },
}

new Widget(JSON.parse(fs.readFileSync(process.argv[2], 'utf8')).content)
print('.')
readline.createInterface({input: process.stdin}).on('line', line => {
    const [command, ...words] = line.split('\t')
    COMMANDS[command](...words)
    print('.')
})
